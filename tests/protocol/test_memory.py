# SPDX-License-Identifier: MIT
"""Memory follows the log: whoever reads, in whatever encoding, the server takes what the messages
it holds take, and gives it back when they go."""
import select

import pytest

from lib import http, websocket
from lib.memory import Growth, SWEEPS_S
from lib.server import SANITIZED
from lib.sse import Stream
from lib.wire import until

pytestmark = pytest.mark.skipif(SANITIZED, reason="a sanitizer's memory tells nothing")

COUNT, PIPELINED = 10_000, 50
FIXED_BYTES = 1 << 20  # buffers, and what is kept at hand of encodings while a topic is busy
ENCODINGS = ["sse", "raw", "json", "raw deflate", "json deflate"]


def open_reader(server, how, topic, since="now"):
    """A reader whose bytes are never looked at."""
    if how == "sse":
        return Stream(server, f"/sse/{topic}?since={since}").connection
    return websocket.WebSocket(
        server, f"/websocket/{topic}?since={since}",
        protocol="pushlab.json" if "json" in how else None,
        extensions="permessage-deflate" if "deflate" in how else None).connection


def take_all(readers):
    """Takes what has come, so that nobody is slow."""
    sockets = {reader.socket: reader for reader in readers}
    while ready := select.select(list(sockets), [], [], 0)[0]:
        for sock in ready:
            sockets[sock].poll()
            sockets[sock].buffer.clear()


def publish_burst(server, topic, size, count, readers=()):
    body = b"payload " * (size // 8)
    with server.connect() as publisher:
        for _ in range(count // PIPELINED):
            publisher.send(http.build("POST", f"/publish/{topic}", body=body,
                                      host=server.authority) * PIPELINED)
            for _ in range(PIPELINED):
                assert publisher.read_response().status == 200
            take_all(readers)


@pytest.mark.parametrize("size", [200, 1000])
def test_memory_is_what_the_log_says_whatever_the_readers_are(serve, size):
    server = serve("--workers", "1", "--history", "20000,1h,64M")
    readers = [open_reader(server, how, "burst") for how in ENCODINGS for _ in range(4)]
    publish_burst(server, "burst", size, PIPELINED, readers)
    growth = Growth(server)
    publish_burst(server, "burst", size, COUNT, readers)
    held = growth.held_bytes()
    assert held > COUNT * size
    growth.await_at_most(held * 1.1 + FIXED_BYTES)
    for reader in readers:
        reader.close()


def test_memory_of_expired_messages_comes_back(serve):
    server = serve("--workers", "2", "--history", "20000,1s,64M")
    readers = [open_reader(server, how, "brief") for how in ENCODINGS for _ in range(4)]
    publish_burst(server, "brief", 1000, PIPELINED, readers)
    growth = Growth(server)
    publish_burst(server, "brief", 1000, COUNT, readers)
    until(lambda: growth.held() == 0, "all messages expire", SWEEPS_S)
    growth.await_at_most(2 * FIXED_BYTES)
    for reader in readers:
        reader.close()


def test_memory_of_forgotten_topics_comes_back(serve):
    server = serve("--history", "20000,1s,64M")
    growth = Growth(server)
    body = b"x" * 1000
    with server.connect() as publisher:
        for first in range(0, 5000, PIPELINED):
            publisher.send(b"".join(
                http.build("POST", f"/publish/topic-{number}", body=body, host=server.authority)
                for number in range(first, first + PIPELINED)))
            for _ in range(PIPELINED):
                assert publisher.read_response().status == 200
    until(lambda: not server.topics(), "all topics are forgotten", SWEEPS_S, pause_s=0.1)
    growth.await_at_most(2 * FIXED_BYTES)


def delivered(server):
    """Messages, over all transports."""
    return sum(row["messages"] for row in server.get("/stats").json()["transports"].values())


@pytest.mark.parametrize("how", ENCODINGS)
def test_who_reads_the_whole_past_leaves_nothing_behind(serve, how):
    server = serve("--workers", "1", "--history", "20000,1h,64M")
    publish_burst(server, "past", 1000, COUNT)
    growth = Growth(server)

    def all_is_read():
        take_all([reader])
        return delivered(server) == COUNT

    reader = open_reader(server, how, "past", since="first")
    until(all_is_read, "the whole past is given")
    reader.close()
    growth.await_at_most(growth.held() * 0.1 + FIXED_BYTES)


# ---- permessage-deflate ----

COMPRESSOR_BYTES = 256 << 10  # zlib's, for the window of 15 bits


def heap_bytes(server):
    return server.get("/stats").json()["heap_bytes"]


def test_deflate_costs_nothing_until_used_and_is_let_go_when_idle(serve):
    server = serve("--workers", "1")
    open_reader(server, "json", "t").close()  # whatever the first of a kind needs
    server.await_subscribers("t", 0)
    before = heap_bytes(server)
    readers = [websocket.WebSocket(server, "/websocket/t", extensions="permessage-deflate")
               for _ in range(100)]
    offered = heap_bytes(server)
    assert offered - before < COMPRESSOR_BYTES / 4, "offering it costs memory"
    for number in range(3):
        text = f"{number} is said, and said again, and said again"
        server.publish("t", text)
        assert [reader.read_text() for reader in readers] == [text] * len(readers)
        until(lambda: heap_bytes(server) < offered + COMPRESSOR_BYTES / 4,
              "an idle compressor is freed", SWEEPS_S)
    for reader in readers:
        reader.close()


def test_deflate_is_bounded_however_many_use_it(serve):
    server = serve("--workers", "1", "--lab")
    before = heap_bytes(server)
    speakers = [websocket.WebSocket(
        server, "/websocket/~echo",
        extensions=f"permessage-deflate; server_max_window_bits={9 + number % 7}")
        for number in range(140)]
    text = b"hither and back " * 10
    for speaker in speakers:
        speaker.send_frame(websocket.TEXT, websocket.deflate(text), rsv=4)
    for speaker in speakers:
        assert speaker.read_message() == (websocket.TEXT, text)
    most = heap_bytes(server) - before
    assert most < 8 * COMPRESSOR_BYTES + FIXED_BYTES, "more than one for each window"
    for speaker in speakers:
        speaker.close()
