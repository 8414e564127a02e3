# SPDX-License-Identifier: MIT
"""What is not whole yet is limited over all connections (--max-input)."""
import contextlib

import pytest

from lib import http
from lib.websocket import BINARY, WebSocket, frame
from lib.wire import Ended, until

MIB = 1 << 20
MANY = 40  # far more than fit
SERVER_OPTIONS = ["--lab", "--max-input", "8M"]
BODY = b"x" * (MIB - 1024)


def half_a_post(server, path="/publish/intake"):
    """A request whose last byte is missing."""
    connection = server.connect()
    with contextlib.suppress(Ended):
        connection.send(http.build("POST", path, host=server.authority, body=BODY)[:-1])
    return connection


def half_a_message(server):
    client = WebSocket(server, "/websocket/~echo")
    with contextlib.suppress(Ended):
        client.send_bytes(frame(BINARY, BODY, fin=False))
    return client


@pytest.fixture
def crowd(server):
    with contextlib.ExitStack() as stack:
        yield stack
    until(lambda: server.ask("POST", "/publish/intake", body=BODY).status == 200,
          "room again, once those who filled it have gone")


def test_unfinished_requests_beyond_it_are_told_503(server, crowd):
    for _ in range(MANY):
        connection = crowd.enter_context(half_a_post(server))
        if connection.wait_readable(0.2):
            assert connection.read_response().status == 503
            break
    else:
        pytest.fail("all were held")
    assert server.get("/healthz").status == 200, "who sends little is still served"


def test_those_within_it_are_still_served(server, crowd):
    first = crowd.enter_context(half_a_post(server))
    until(lambda: server.get("/stats").json()["input_bytes"] > MIB // 2, "the first is within it")
    for _ in range(MANY):
        crowd.enter_context(half_a_post(server))
    first.send(BODY[-1:])
    assert first.read_response().status == 200


def test_unfinished_messages_beyond_it_are_closed_with_1013(server, crowd):
    for _ in range(MANY):
        client = half_a_message(server)
        crowd.callback(client.close)
        if client.connection.wait_readable(0.2):
            client.assert_closed(1013)
            return
    pytest.fail("all were held")


def test_finished_ones_count_no_longer(server, crowd):
    for _ in range(MANY):
        assert server.ask("POST", "/publish/intake", body=BODY).status == 200
        with WebSocket(server, "/websocket/~echo") as client:
            client.send_bytes(frame(BINARY, b"ab", fin=False) + frame(0, b"c"))
            assert client.read_message() == (BINARY, b"abc")
