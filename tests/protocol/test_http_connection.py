# SPDX-License-Identifier: MIT
"""One connection, many requests: order, keep-alive, pipelining, holding, leaving."""
import contextlib
import os
import signal

import pytest

from lib import http
from lib.wire import Ended

PAGE = http.build("GET", "/healthz")
POLL = http.build("GET", "/short_poll/pipe?since=now")
PUBLISH = http.build("POST", "/publish/pipe", [("Content-Type", "text/plain")], b"x")
MISSING = http.build("GET", "/nowhere")
HEAD = http.build("HEAD", "/healthz")


def numbered(i):
    return http.build("GET", f"/short_poll/number-{i}?since=now")


@pytest.mark.parametrize("count", [2, 3, 100])
@pytest.mark.parametrize("request_bytes", [PAGE, POLL, PUBLISH, MISSING],
                         ids=["page", "poll", "publish", "missing"])
def test_requests_in_one_segment_are_all_answered(server, request_bytes, count):
    with server.connect() as connection:
        connection.send(request_bytes * count)
        statuses = {connection.read_response().status for _ in range(count)}
        assert len(statuses) == 1
        assert connection.ask("GET", "/time").status == 200
        assert not connection.buffer


@pytest.mark.parametrize("count", [2, 3, 100])
def test_answers_come_in_the_order_of_the_requests(server, count):
    with server.connect() as connection:
        connection.send(b"".join(map(numbered, range(count))))
        for i in range(count):
            assert connection.read_response().json()["topic"] == f"number-{i}"


def test_a_mixture_of_routes_in_one_segment_keeps_its_order(server):
    with server.connect() as connection:
        connection.send((PAGE + POLL + PUBLISH + MISSING + HEAD + POLL) * 10)
        for _ in range(10):
            answers = [connection.read_response("HEAD" if i == 4 else "GET") for i in range(6)]
            assert [answer.status for answer in answers] == [200, 200, 200, 404, 200, 200]
            assert "id" in answers[2].json() and answers[5].json()["topic"] == "pipe"


def test_page_poll_and_publish_on_one_kept_connection(server, topic):
    with server.connect() as connection:
        for number in range(5):
            assert connection.ask("GET", "/").status == 200
            since = connection.ask("GET", f"/short_poll/{topic}?since=now").json()["next"]
            published = connection.ask("POST", f"/publish/{topic}", [], b"%d" % number).json()
            batch = connection.ask("GET", f"/long_poll/{topic}?since={since}").json()
            assert [message["id"] for message in batch["messages"]] == [published["id"]]
            assert connection.ask("GET", "/stats").status == 200


def test_the_first_request_decides_nothing_for_the_later_ones(server, topic):
    for first in (PAGE, POLL, PUBLISH, MISSING):
        with server.connect() as connection:
            connection.send(first)
            connection.read_response()
            for later in (PAGE, POLL, PUBLISH, PAGE):
                connection.send(later)
                assert connection.read_response().status == 200


# ---- behind a hold ----

def hold(server, topic, behind=b""):
    connection = server.connect()
    connection.send(http.build("GET", f"/long_poll/{topic}?since=now&wait=60") + behind)
    server.await_subscribers(topic, 1)
    return connection


@pytest.mark.parametrize("behind", [PAGE, POLL, MISSING], ids=["page", "poll", "missing"])
def test_a_request_behind_a_held_poll_is_answered_after_it(server, topic, behind):
    with hold(server, topic, behind) as connection:
        server.assert_serves()
        assert not connection.poll(), "answered out of order"
        server.publish(topic, "x")
        assert connection.read_response().json()["messages"][0]["data"] == "x"
        try:
            assert connection.read_response().status in (200, 404)
        except Ended:
            raise AssertionError("the request behind the held one is lost") from None


def test_a_request_sent_during_a_hold_is_answered_after_it(server, topic):
    with hold(server, topic) as connection:
        connection.send(PAGE)
        server.assert_serves()
        assert not connection.poll(), "answered out of order"
        server.publish(topic, "x")
        assert connection.read_response().json()["messages"]
        assert connection.read_response().status == 200


def test_a_held_poll_behind_a_held_poll(server, topic):
    second = http.build("GET", f"/long_poll/{topic}-2?since=now&wait=60")
    with hold(server, topic, second) as connection:
        server.publish(topic, "1")
        assert connection.read_response().json()["messages"][0]["data"] == "1"
        server.await_subscribers(f"{topic}-2", 1)
        server.publish(f"{topic}-2", "2")
        assert connection.read_response().json()["messages"][0]["data"] == "2"


def test_a_flood_behind_a_hold_is_bounded(server, topic):
    before = server.memory_bytes()
    with hold(server, topic) as connection:
        try:
            connection.send(PAGE * 500_000, timeout=2)
        except AssertionError:
            pass  # it takes no more, or has closed
        assert server.memory_bytes() - before < 16 << 20
        server.assert_serves()
        connection.reset()
    server.await_subscribers(topic, 0)


def test_large_answers_do_not_stop_the_requests_behind_them(server, topic):
    """Each answer is more than may wait, so the next request does; and the kernel, which gives a
    connection more room the more it carries, takes most of them at once."""
    poll, count = http.build("GET", f"/short_poll/{topic}?since=first"), 3
    data = b"x" * (300 << 10)
    with server.connect() as connection:
        assert connection.ask("POST", f"/publish/{topic}", [], data).status == 200
        for _ in range(8):
            connection.send(poll * count)
            for _ in range(count):
                answer = connection.read_response()
                assert answer.status == 200, answer
                assert len(answer.json()["messages"][0]["data"]) == len(data)


@pytest.mark.parametrize("leave", ["close", "reset", "finish_sending"])
def test_leaving_during_a_hold_frees_the_subscriber(server, topic, leave):
    connection = hold(server, topic)
    getattr(connection, leave)()
    server.await_subscribers(topic, 0)
    connection.close()


@pytest.mark.parametrize("leave", ["close", "reset"])
def test_leaving_during_a_hold_with_a_request_behind_it_frees_the_subscriber(server, topic, leave):
    getattr(hold(server, topic, PAGE), leave)()
    server.await_subscribers(topic, 0)


# ---- who closes ----

def test_http_1_1_is_kept(server):
    with server.connect() as connection:
        for _ in range(50):
            assert connection.ask("GET", "/healthz").status == 200


@pytest.mark.parametrize("path", ["/healthz", "/short_poll/t?since=now"])
@pytest.mark.parametrize("value", ["close", "Close", "CLOSE", "close, TE", "TE, close", "te,close",
                                   "keep-alive, close"])
def test_close_is_honoured(server, path, value):
    with server.connect() as connection:
        answer = connection.ask("GET", path, [("Connection", value)])
        assert answer.status == 200 and "close" in answer.lists("connection")
        connection.assert_closed_cleanly()


@pytest.mark.parametrize("path", ["/healthz", "/short_poll/t?since=now"])
def test_http_1_0_is_closed(server, path):
    with server.connect() as connection:
        connection.send(http.build("GET", path, version="HTTP/1.0"))
        assert connection.read_response().status == 200
        connection.assert_closed_cleanly()


@pytest.mark.parametrize("path", ["/healthz", "/short_poll/t?since=now"])
def test_http_1_0_is_kept_when_asked(server, path):
    with server.connect() as connection:
        for _ in range(3):
            connection.send(http.build("GET", path, [("Connection", "keep-alive")],
                                       version="HTTP/1.0"))
            answer = connection.read_response()
            assert answer.status == 200 and "keep-alive" in answer.lists("connection")


def test_the_query_close_closes_after_a_short_poll(server):
    with server.connect() as connection:
        answer = connection.ask("GET", "/short_poll/t?since=now&close=1")
        assert answer.status == 200 and "close" in answer.lists("connection")
        connection.assert_closed_cleanly()


@pytest.mark.parametrize("request_bytes", [PAGE, POLL, PUBLISH], ids=["page", "poll", "publish"])
def test_a_peer_that_has_finished_sending_is_still_answered(server, request_bytes):
    with server.connect() as connection:
        connection.send(request_bytes)
        connection.finish_sending()
        assert connection.read_response().status == 200
        connection.assert_closed_cleanly()


def test_what_follows_a_closing_request_is_not_answered(server):
    with server.connect() as connection:
        connection.send(http.build("GET", "/healthz", [("Connection", "close")]) + PAGE)
        assert connection.read_response().status == 200
        assert connection.read_to_end() == b""


# ---- Expect ----

def test_expect_is_answered_before_the_body(server, topic):
    with server.connect() as connection:
        connection.send(http.build("POST", f"/publish/{topic}",
                                   [("Expect", "100-continue"), ("Content-Length", "5")]))
        assert connection.read_response().status == 100
        connection.send(b"hello")
        assert connection.read_response().status == 200
    assert server.history(topic)[0]["data"] == "hello"


@pytest.mark.parametrize("headers, status", [
    ([("Content-Length", "104857600")], 413),
    ([("Content-Length", "4"), ("Transfer-Encoding", "chunked")], 400),
    ([("Content-Length", "x")], 400),
], ids=["too large", "two framings", "no number"])
def test_a_refused_head_gets_no_100(server, headers, status):
    with server.connect() as connection:
        connection.send(http.build("POST", "/publish/t", [("Expect", "100-continue"), *headers]))
        assert connection.read_response().status == status
        connection.assert_closed_cleanly()


def test_a_body_sent_without_waiting_for_100_is_taken(server, topic):
    with server.connect() as connection:
        answer = connection.ask("POST", f"/publish/{topic}", [("Expect", "100-continue")], b"hello")
        if answer.status == 100:
            answer = connection.read_response()
        assert answer.status == 200


@pytest.mark.parametrize("value", ["200-ok", "100-continue, x", "nonsense"])
def test_other_expectations_are_417(server, value):
    assert server.ask("POST", "/publish/t", [("Expect", value)], b"x").status == 417


def test_http_1_0_gets_no_100(server):
    with server.connect() as connection:
        connection.send(http.build("POST", "/publish/t", [("Expect", "100-continue")], b"x",
                                   version="HTTP/1.0"))
        assert connection.read_response().status == 200


def test_who_is_there_already_has_a_turn_among_newcomers(serve):
    server = serve("--workers", "1")
    with contextlib.ExitStack() as stack:
        old = stack.enter_context(server.connect())
        assert old.ask("GET", "/time").status == 200
        server.process.send_signal(signal.SIGSTOP)
        os.waitpid(server.process.pid, os.WUNTRACED)
        try:
            newcomers = [stack.enter_context(server.connect()) for _ in range(100)]
            for connection in (*newcomers, old):
                connection.send(http.build("GET", "/time"))
        finally:
            server.process.send_signal(signal.SIGCONT)
        served_us = old.read_response().json()["time_us"]
        assert served_us < max(connection.read_response().json()["time_us"] for connection in newcomers)
