# SPDX-License-Identifier: MIT
"""SIGTERM: everyone is told, what is under way is finished, exit 0 within five seconds."""
import signal

import pytest

from lib import http, sse, websocket
from lib.server import EXIT_LIMIT_S
from lib.subscribers import SUBSCRIBERS
from lib.wire import Ended

WORKERS = pytest.mark.parametrize("workers", ["1", "2"])


@WORKERS
def test_an_event_stream_gets_bye_with_its_cursor(serve, workers):
    server = serve("--workers", workers)
    head = server.publish("t", "x")["id"]
    with sse.Stream(server, "/sse/t") as stream:
        stream.start()
        server.terminate()
        bye = stream.next()
        assert (bye.event, bye.last_id) == ("bye", head)
        stream.connection.assert_closed_cleanly()


@WORKERS
@pytest.mark.parametrize("protocol", [None, "pushlab.json"])
def test_a_websocket_is_closed_with_1001(serve, workers, protocol):
    server = serve("--workers", workers)
    with websocket.WebSocket(server, "/websocket/t", protocol=protocol) as client:
        server.terminate()
        assert client.read_close() == 1001
        client.send_bytes(websocket.close_frame(1001))
        client.connection.read_to_end()


def test_a_websocket_that_never_answers_the_close_does_not_hold_up_the_exit(serve):
    server = serve()
    with websocket.WebSocket(server, "/websocket/t") as client:
        server.terminate()
        assert client.read_close() == 1001
        assert server.wait() == 0


@WORKERS
def test_a_held_poll_is_answered_empty(serve, workers):
    server = serve("--workers", workers)
    with server.connect() as connection:
        connection.send(http.build("GET", "/long_poll/t?since=now&wait=60",
                                   host=server.authority))
        server.await_subscribers("t", 1)
        server.terminate()
        answer = connection.read_response()
        assert answer.status == 200
        assert answer.json()["messages"] == []
        assert answer.header("pushlab-next") == answer.json()["next"]
        connection.assert_closed_cleanly()


def test_every_transport_ends_and_the_exit_is_0(serve, transport):
    server = serve()
    subscriber = SUBSCRIBERS[transport](server).subscribe("t")
    subscriber.arm()
    if SUBSCRIBERS[transport].streams or SUBSCRIBERS[transport].waits:
        server.await_subscribers("t", 1)
    server.terminate()
    assert server.wait() == 0
    subscriber.connection.read_to_end()
    assert not subscriber.connection.was_reset
    subscriber.close()


def test_what_was_acknowledged_before_is_still_delivered(serve, stream):
    server = serve()
    subscriber = SUBSCRIBERS[stream](server).subscribe("t")
    server.publish_many("t", "abc")
    server.terminate()
    assert b"".join(message.payload for message in subscriber.take(3)) == b"abc"
    with pytest.raises(Ended):
        subscriber.next_message()
    subscriber.close()


def test_the_cursor_of_bye_is_the_last_message_delivered(serve):
    server = serve()
    with sse.Stream(server, "/sse/t") as stream:
        stream.start()
        server.publish_many("t", "abc")
        server.terminate()
        last = ""
        while (event := stream.next()).event != "bye":
            last = event.last_id
        assert event.last_id == last


def idle(server):
    return server.connect()


def keep_alive(server):
    connection = server.connect()
    assert connection.ask("GET", "/healthz", host=server.authority).status == 200
    return connection


def half_a_head(server):
    connection = server.connect()
    connection.send(b"GET /healthz HTTP/1.1\r\nHost: loc")
    return connection


def half_a_body(server):
    connection = server.connect()
    connection.send(http.build("POST", "/publish/t", [("Content-Length", "10")],
                               host=server.authority) + b"12345")
    return connection


def half_a_frame(server):
    client = websocket.WebSocket(server, "/websocket/t", protocol="pushlab.json")
    client.send_bytes(websocket.frame(websocket.TEXT, b"x" * 100)[:50])
    return client.connection


def stalled_stream(server):
    stream = sse.Stream(server, "/sse/t", receive_buffer=4096)
    stream.start()
    for _ in range(30):
        server.publish("t", "x" * 200_000)
    return stream.connection


def stalled_websocket(server):
    client = websocket.WebSocket(server, "/websocket/t", receive_buffer=4096)
    for _ in range(30):
        server.publish("t", "x" * 200_000)
    return client.connection


HINDRANCES = [idle, keep_alive, half_a_head, half_a_body, half_a_frame, stalled_stream,
              stalled_websocket]


@pytest.mark.parametrize("hindrance", HINDRANCES, ids=lambda hindrance: hindrance.__name__)
def test_nothing_holds_up_the_exit(serve, hindrance):
    server = serve()
    with hindrance(server):
        server.terminate()
        assert server.wait(EXIT_LIMIT_S) == 0


def test_no_new_connection_is_accepted_once_it_has_gone(serve):
    server = serve()
    server.terminate()
    server.wait()
    with pytest.raises(ConnectionRefusedError):
        server.connect()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_both_signals_end_it(serve, sign):
    server = serve()
    server.process.send_signal(sign)
    assert server.wait() == 0


def test_further_sigterms_change_nothing(serve):
    server = serve()
    with half_a_frame(server):
        server.terminate()
        while server.alive():
            server.terminate()
    assert server.wait() == 0


def test_sigpipe_ends_nothing(serve):
    server = serve()
    for _ in range(20):
        server.process.send_signal(signal.SIGPIPE)
    server.assert_serves()


def test_fifty_subscribers_of_every_kind_are_all_told(serve, subscribe):
    server = serve("--workers", "2")
    subscribers = [SUBSCRIBERS[how](server).subscribe("t")
                   for how in SUBSCRIBERS for _ in range(50)]
    for subscriber in subscribers:
        subscriber.arm()
    server.terminate()
    assert server.wait() == 0
    for subscriber in subscribers:
        subscriber.connection.read_to_end()
        assert not subscriber.connection.was_reset
        subscriber.close()
