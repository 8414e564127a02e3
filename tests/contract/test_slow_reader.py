# SPDX-License-Identifier: MIT
"""A reader that stops reading lags, at the cost of an integer; nobody else notices."""
import pytest

from lib import http
from lib.server import SANITIZED
from lib.subscribers import Gap

SERVER_OPTIONS = ["--lab", "--history", "10,1h,16M"]
SIZE = 64 << 10
COUNT = 300  # 19 MB, far beyond what a kernel buffers for one connection
MEMORY_LIMIT_BYTES = 48 << 20


def body(number):
    return f"{number:08}".encode() * (SIZE // 8)


def fill(server, topic, fast=None):
    """Publishes COUNT big messages; fast reads along."""
    with server.connect() as publisher:
        for number in range(1, COUNT + 1):
            answer = publisher.ask("POST", f"/publish/{topic}", [], body(number))
            assert answer.status == 200
            if fast:
                assert fast.next_message().payload == body(number)


def drain(slow):
    """Reads to the head: the numbers of the messages given, and the gaps."""
    given, gaps = [], []
    while not given or given[-1] < COUNT:
        item = slow.next()
        if isinstance(item, Gap):
            gaps.append(item)
        else:
            assert item.payload == body(item.seq), f"message {item.seq} came damaged"
            given.append(item.seq)
    return given, gaps


@pytest.mark.parametrize("read_along", ["sse", "websocket"])
def test_a_stalled_reader_harms_nobody_and_is_told_the_gap(
        server, subscribe, stream, topic, read_along):
    slow = subscribe(stream, topic, receive_buffer=4096)
    fast = subscribe(read_along, topic)
    before = server.memory_bytes()
    fill(server, topic, fast)
    assert SANITIZED or server.memory_bytes() - before < MEMORY_LIMIT_BYTES
    given, gaps = drain(slow)
    assert gaps, "nothing was missed: the kernel or the server has kept it all"
    missed = [seq for gap in gaps for seq in range(gap.first, gap.last + 1)]
    assert all(gap.count == gap.last - gap.first + 1 for gap in gaps)
    assert sorted(given + missed) == list(range(1, COUNT + 1))
    assert given == sorted(given)


def test_after_the_gap_the_stream_goes_on(server, subscribe, stream, topic):
    slow = subscribe(stream, topic, receive_buffer=4096)
    fill(server, topic)
    drain(slow)
    server.publish(topic, "and on")
    assert slow.next_message().payload == b"and on"


def test_publishing_is_not_held_up_by_stalled_readers(server, subscribe, stream, topic):
    stalled = [subscribe(stream, topic, receive_buffer=4096) for _ in range(5)]
    fill(server, topic)
    assert server.history(topic)[-1]["seq"] == COUNT
    for subscriber in stalled:
        subscriber.reset()
    server.await_subscribers(topic, 0)


def test_a_stalled_reader_of_a_poll_gets_its_answer_whole(server, topic):
    for number in range(1, 11):
        server.publish(topic, body(number))
    with server.connect(receive_buffer=4096) as connection:
        connection.send(http.build("GET", f"/short_poll/{topic}?since=first",
                                   host=server.authority))
        for _ in range(20):
            server.assert_serves()  # others, while that answer is stuck
        messages = connection.read_response().json()["messages"]
    assert [message["data"].encode() for message in messages] == [body(i) for i in range(1, 11)]


def test_a_peer_that_never_reads_its_polls_cannot_pile_up_answers(server, topic):
    server.publish(topic, body(1))
    poll = http.build("GET", f"/short_poll/{topic}?since=first", host=server.authority)
    before = server.memory_bytes()
    with server.connect(receive_buffer=4096) as connection:
        try:
            connection.send(poll * 20_000, reading=False, timeout=2)
        except AssertionError:
            pass  # it takes no more, or has closed
        server.assert_serves()
        assert SANITIZED or server.memory_bytes() - before < MEMORY_LIMIT_BYTES
