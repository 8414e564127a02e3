# SPDX-License-Identifier: MIT
"""Deadlines that bytes do not extend."""
import time

import pytest

from lib import http
from lib.options import option
from lib.wire import Ended

LIMIT_S = 1.0
SERVER_OPTIONS = ["--lab", *option("head timeout", 1000), *option("body timeout", 1000),
                  *option("idle timeout", 1000)]
DRIP_S = 0.05
TOLERANCE_S = 4.0


def drip(connection, data):
    """Sends a byte at a time until the peer answers or closes; how long that took."""
    started = time.monotonic()
    for byte in data:
        try:
            connection.send(bytes([byte]))
        except Ended:
            break
        if connection.wait_readable(DRIP_S):
            break
        assert time.monotonic() - started < LIMIT_S + TOLERANCE_S, "no deadline"
    return time.monotonic() - started


@pytest.mark.parametrize("first", [b"", http.build("GET", "/healthz"),
                                   http.build("GET", "/short_poll/t?since=now")],
                         ids=["at first", "after a page", "after a poll"])
def test_a_head_that_drips_is_408(server, first):
    with server.connect() as connection:
        if first:
            connection.send(first)
            connection.read_response()
        took_s = drip(connection, b"GET / HTTP/1.1\r\n" + b"A: bcdefgh\r\n" * 100)
        assert took_s > 0.5 * LIMIT_S
        assert connection.read_response().status == 408
        connection.read_to_end()


@pytest.mark.parametrize("path", ["/publish/t", "/healthz"])
def test_a_body_that_drips_is_408(server, path):
    with server.connect() as connection:
        connection.send(http.build("POST", path, [("Content-Length", "1000")]))
        if connection.wait_readable(0.1):  # refused at once: as good
            assert connection.read_response().status in (405, 413)
            return
        drip(connection, b"x" * 999)
        assert connection.read_response().status in (408, 405)
        connection.read_to_end()


def test_chunks_that_drip_are_408(server):
    with server.connect() as connection:
        connection.send(http.build("POST", "/publish/t", [("Transfer-Encoding", "chunked")]))
        drip(connection, b"1\r\nx\r\n" * 100)
        assert connection.read_response().status == 408
        connection.read_to_end()


def test_a_connection_that_says_nothing_is_closed(server):
    with server.connect() as connection:
        started = time.monotonic()
        data = connection.read_to_end(LIMIT_S + TOLERANCE_S)
        assert time.monotonic() - started > 0.5 * LIMIT_S
        assert data == b"" or data.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("path", ["/healthz", "/short_poll/t?since=now"])
def test_a_kept_connection_that_says_nothing_more_is_closed(server, path):
    with server.connect() as connection:
        assert connection.ask("GET", path).status == 200
        started = time.monotonic()
        data = connection.read_to_end(LIMIT_S + TOLERANCE_S)
        assert time.monotonic() - started > 0.5 * LIMIT_S
        assert data == b"" or data.startswith(b"HTTP/1.1 408 ")


def test_two_hundred_slow_heads_are_all_closed_and_others_are_served(server):
    connections = [server.connect() for _ in range(200)]
    for connection in connections:
        connection.send(b"GET / HTTP/1.1\r\nHost: ")
    server.assert_serves()
    for connection in connections:
        connection.read_to_end(LIMIT_S + TOLERANCE_S)
        connection.close()


def test_the_deadline_runs_from_the_accept_however_long_the_server_has_slept(serve):
    server = serve("--workers", "1", *option("head timeout", 500))
    with server.connect() as quiet:
        quiet.ask("GET", "/short_poll/t?since=now")
        assert not quiet.wait_readable(1.4)  # meanwhile the server has nothing to do
    for _ in range(2):
        with server.connect() as connection:
            started = time.monotonic()
            connection.send(b"GET / HT")
            assert connection.read_response().status == 408
            assert time.monotonic() - started > 0.4


@pytest.mark.parametrize("path", ["/healthz", "/", "/short_poll/t?since=now", "/nowhere"])
def test_between_requests_the_idle_timeout_counts_and_not_that_of_heads(serve, path):
    server = serve(*option("head timeout", 300), *option("idle timeout", 60_000))
    with server.connect() as connection:
        connection.ask("GET", path)
        assert not connection.wait_readable(1), bytes(connection.buffer)
        assert connection.ask("GET", path).status in (200, 404)


def test_a_body_has_its_own_deadline_on_a_kept_connection_too(serve):
    server = serve(*option("head timeout", 600_000), *option("body timeout", 200))
    with server.connect() as connection:
        assert connection.ask("GET", "/healthz").status == 200
        connection.send(http.build("POST", "/publish/t", [("Content-Length", "10")]) + b"abc")
        assert connection.read_response().status == 408
        connection.read_to_end()


def test_neither_deadline_touches_a_held_poll_or_a_stream(server, subscribe, topic):
    """They outlive three times the deadlines."""
    stream, socket = subscribe("sse", topic), subscribe("websocket", topic)
    head = server.head_cursor(topic)
    answer = server.get(f"/long_poll/{topic}?since={head}&wait=3")
    assert answer.status == 200 and answer.json()["messages"] == []
    server.publish(topic, "x")
    assert stream.next_message().payload == socket.next_message().payload == b"x"


def test_a_slow_reader_of_a_page_is_not_confused_with_a_slow_sender(server):
    with server.connect(receive_buffer=4096) as connection:
        connection.send(http.build("GET", "/"))
        assert connection.read_response().status == 200
