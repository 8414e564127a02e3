# SPDX-License-Identifier: MIT
"""The tutorial's own client code, unchanged: `new WebSocket("ws://localhost:8765")`."""
import base64
import struct
import time

import pytest

from lib import websocket
from lib.websocket import WebSocket

SERVER_OPTIONS = ["--feed", "frames"]
PNG = b"\x89PNG\r\n\x1a\n"


def test_each_message_is_a_png_in_base64(server):
    with WebSocket(server, "/") as client:
        for _ in range(2):
            picture = base64.b64decode(client.read_text(), validate=True)
            assert picture.startswith(PNG) and picture.endswith(b"IEND\xaeB`\x82")
            width, height = struct.unpack(">II", picture[16:24])
            assert 0 < width <= 4096 and 0 < height <= 4096


def test_pictures_change(server):
    with WebSocket(server, "/") as client:
        assert client.read_text() != client.read_text()


def test_at_most_one_a_second(server):
    """That client appends every picture to its page."""
    with WebSocket(server, "/") as client:
        client.read_text()
        started = time.monotonic()
        client.read_text()
        client.read_text()
        assert time.monotonic() - started > 1.6


@pytest.mark.parametrize("headers", [[], [("Origin", "null")], [("Origin", "http://foreign.example")],
                                     [("Origin", "file://")]])
def test_it_may_be_read_from_any_page(server, headers):
    with WebSocket(server, "/", headers) as client:
        assert base64.b64decode(client.read_text()).startswith(PNG)


def test_what_the_client_says_is_no_publication(server):
    with WebSocket(server, "/") as client:
        client.send_frame(websocket.TEXT, b"x")
        assert client.read_close() == 1008


def test_the_same_path_is_a_page_for_those_who_do_not_upgrade(server):
    answer = server.get("/")
    assert answer.status == 200 and answer.header("content-type").startswith("text/html")


def test_the_feed_frames_gives_the_same_pictures_as_bytes(server, subscribe):
    message = subscribe("websocket", "frames", since="-1").next_message()
    assert message.type == "binary" and message.payload.startswith(PNG)
