# SPDX-License-Identifier: MIT
"""Readers that never read: one or hundreds, they lag at the cost of a number each, publishing
goes on, and whoever reads is given everything. (nchan, for one, fails this: one stalled reader
makes every publish fail for four seconds.)"""
import os

import pytest

from lib import http
from lib.memory import Growth
from lib.server import SANITIZED
from lib.subscribers import Gap
from lib.websocket import CLOSE, TEXT, WebSocket

HISTORY_BYTES = 2 << 20
SERVER_OPTIONS = ["--lab", "--history", "100000,1h,2M", "--max-connections-per-peer", "0"]
CROWD = 60 if SANITIZED else 210
LOADS = {"1 kB": (1 << 10, 4000, 50), "256 kB": (1 << 18, 40, 1)}  # size, how many, at once
KERNEL_BYTES = 256 << 10  # for one that stalls; and a frame that is begun
PAGE_BYTES = 4 << 20
ALIVE_BYTES = 4 << 20  # on the way to the one who reads, and what the publisher needs


def body(number, size):
    return b"%08d" % number * (size // 8)


def publish_all(server, topic, load, alive):
    """Every publish is taken, and the one who reads gets all of it, in order."""
    size, count, at_once = load
    with server.connect() as publisher:
        for first in range(1, count + 1, at_once):
            numbers = range(first, first + at_once)
            publisher.send(b"".join(
                http.build("POST", f"/publish/{topic}", body=body(number, size),
                           host=server.authority) for number in numbers))
            for number in numbers:
                assert publisher.read_response().status == 200
            for number in numbers:
                assert alive.next_message().payload == body(number, size)


def read_on(stalled, last):
    """How many messages it is given before it is told the gap; then come all that are held."""
    before, seq, gapped = 0, 0, False
    while seq < last:
        item = stalled.next()
        if isinstance(item, Gap):
            assert item.first == seq + 1, (seq, item)
            seq, gapped = item.last, True
        else:
            assert item.seq == seq + 1, (seq, item)
            seq = item.seq
            before += not gapped
    assert gapped, "nothing was missed: all of it was kept for one that does not read"
    return before


def read_to_close(raw):
    """The same for one without a subprotocol, who cannot be told: he is closed."""
    before = 0
    while (message := raw.read_message())[0] != CLOSE:
        assert message[0] == TEXT
        before += 1
    assert int.from_bytes(message[1][:2], "big") == 4001
    raw.connection.read_to_end()
    return before


@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize("crowd", [1, CROWD])
@pytest.mark.parametrize("how", ["sse", "websocket"])
def test_readers_that_never_read_harm_nobody(server, subscribe, topic, how, crowd, load):
    size, count, _ = LOADS[load]
    alive = subscribe(how, topic)
    raw = WebSocket(server, f"/websocket/{topic}", receive_buffer=4096)
    stalled = [subscribe(how, topic, receive_buffer=4096) for _ in range(crowd)]
    growth = Growth(server)
    publish_all(server, topic, LOADS[load], alive)
    if not SANITIZED:
        growth.await_at_most(HISTORY_BYTES * 1.1 + ALIVE_BYTES + crowd * 512)
    before = [read_on(reader, count) for reader in stalled[:3]] + [read_to_close(raw)]
    assert max(before) * size <= KERNEL_BYTES + size, f"kept for those who stall: {before}"
    for reader in stalled:
        reader.reset()
    server.await_subscribers(topic, 1)
    server.publish(topic, "and on")
    assert alive.next_message().payload == b"and on"


def test_a_page_that_many_ask_for_and_nobody_reads_is_held_once(serve, tmp_path):
    page = os.urandom(PAGE_BYTES)
    (tmp_path / "page.png").write_bytes(page)
    server = serve("--workers", "1", "--web", tmp_path)
    growth = Growth(server)
    readers = [server.connect(receive_buffer=4096) for _ in range(40)]
    for reader in readers:
        reader.send(http.build("GET", "/page.png", host=server.authority))
        assert reader.read_head().status == 200
    if not SANITIZED:
        growth.await_at_most(2 * PAGE_BYTES)
    assert readers[0].read_exactly(PAGE_BYTES) == page
    for reader in readers:
        reader.close()
