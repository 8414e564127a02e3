# SPDX-License-Identifier: MIT
"""What every transport gives at its start, before any message."""
import re

from lib import http, sse, websocket
from lib.subscribers import SUBSCRIBERS

CURSOR = re.compile(r"[A-Za-z0-9]{1,16}-[0-9]+\Z")


def test_every_registered_transport_is_under_test(server):
    classes = {subscriber.name for subscriber in SUBSCRIBERS.values()}
    assert set(server.transports()) == classes


def test_the_cursor_is_known_before_any_message(server, subscribe, transport, topic):
    assert CURSOR.match(subscribe(transport, topic).cursor)


def test_the_cursor_of_an_empty_topic_ends_in_0(server, subscribe, transport, topic):
    assert subscribe(transport, topic).cursor.endswith("-0")


def test_the_cursor_at_the_start_is_the_head(server, subscribe, transport, topic):
    server.publish(topic, "one")
    head = server.publish(topic, "two")["id"]
    assert subscribe(transport, topic).cursor == head


def test_all_transports_speak_of_one_epoch(server, subscribe, topic):
    server.publish(topic, "one")
    cursors = {how: subscribe(how, topic).cursor for how in SUBSCRIBERS}
    assert len(set(cursors.values())) == 1, cursors


def test_two_topics_have_two_epochs(server, topic):
    first, second = server.publish(topic, "x")["id"], server.publish(topic + "-b", "x")["id"]
    assert first.rpartition("-")[0] != second.rpartition("-")[0]


def test_the_header_pushlab_next_is_on_every_feed_answer(server, subscribe, transport, topic):
    head = server.publish(topic, "one")["id"]
    assert subscribe(transport, topic).response.header("pushlab-next") == head


def test_no_feed_answer_may_be_stored_or_changed(server, subscribe, transport, topic):
    response = subscribe(transport, topic).response
    if response.status == 101:
        return  # no cache ever sees it
    assert set(response.lists("cache-control")) >= {"no-store", "no-transform"}
    assert response.header("x-accel-buffering") == "no"


def test_a_stream_without_since_gives_only_what_comes(server, subscribe, stream, topic):
    server.publish(topic, "before")
    subscriber = subscribe(stream, topic, since=None)
    server.publish(topic, "after")
    assert subscriber.next_message().payload == b"after"


def test_head_gives_the_head_of_get_at_once(server, transport, topic):
    head = server.publish(topic, "one")["id"]
    name = SUBSCRIBERS[transport].name
    if name == "websocket":
        return  # its GET is an upgrade: see test_websocket_handshake
    with server.connect() as connection:
        connection.send(http.build("HEAD", f"/{name}/{topic}?since=now", host=server.authority))
        answer = connection.read_response("HEAD")
        assert answer.status == 200
        assert answer.header("pushlab-next") == head
        if "close" not in answer.lists("connection"):
            assert connection.ask("GET", "/time", host=server.authority).status == 200
        else:
            connection.assert_closed_cleanly()


def test_head_subscribes_nobody_and_makes_no_topic(server, transport, topic):
    answer = server.ask("HEAD", f"/{SUBSCRIBERS[transport].name}/{topic}")
    assert answer.body == b""
    assert topic not in server.topics()


def test_a_subscription_makes_the_topic(server, subscribe, transport, topic):
    subscribe(transport, topic)
    assert topic in server.topics()


def test_unknown_queries_are_ignored(server, subscribe, transport, topic):
    subscriber = subscribe(transport, topic, query="&client=7f3a&_=1&empty=&&flag")
    server.publish(topic, "x")
    assert subscriber.next_message().payload == b"x"


def test_the_first_write_of_an_event_stream_is_small_and_complete(server, topic):
    with server.connect() as connection:
        connection.send(http.build("GET", f"/sse/{topic}", host=server.authority))
        head = connection.read_until(b"\r\n\r\n")
        body = connection.read_until(b"\n\n")
        assert len(head + body) < 512 or len(body) < 512
        decoder = sse.Decoder()
        assert decoder.feed(body) == []
        assert decoder.last_id and decoder.retry_ms


def test_the_101_carries_the_cursor(server, topic):
    head = server.publish(topic, "x")["id"]
    with websocket.WebSocket(server, f"/websocket/{topic}") as raw:
        assert raw.response.header("pushlab-next") == head
