# SPDX-License-Identifier: MIT
"""topics=a,b,c in place of one topic: the cursor is a list."""
import pytest

from lib import http, sse, websocket
from lib.subscribers import SUBSCRIBERS

# Plain event streams have no second form here: many topics imply format=json.
HOW = [how for how in SUBSCRIBERS if how != "sse_json"]
pytestmark = pytest.mark.parametrize("how", HOW)


@pytest.fixture
def names(topic):
    short = topic.rpartition("-")[2]
    return [f"{letter}.{short}" for letter in "abc"]


def cursors(text):
    return dict(part.split(":", 1) for part in text.split(","))


def payloads(messages, name):
    return [message.payload for message in messages if message.topic == name]


def test_the_cursor_at_the_start_lists_every_topic(server, subscribe, how, names):
    head = server.publish(names[1], "x")["id"]
    listed = cursors(subscribe(how, ",".join(names)).cursor)
    assert set(listed) == set(names)
    assert listed[names[1]] == head and listed[names[0]].endswith("-0")


def test_each_message_carries_its_topic(server, subscribe, how, names):
    subscriber = subscribe(how, ",".join(names))
    for name in names:
        server.publish(name, f"for {name}")
    assert {message.topic: message.payload.decode() for message in subscriber.take(3)} == {
        name: f"for {name}" for name in names}


def test_every_topic_keeps_its_order(server, subscribe, how, names):
    subscriber = subscribe(how, ",".join(names))
    for number in range(10):
        for name in names:
            server.publish(name, str(number))
    messages = subscriber.take(30)
    for name in names:
        assert payloads(messages, name) == [b"%d" % i for i in range(10)]


def test_first_speaks_of_all_topics(server, subscribe, how, names):
    for name in names:
        server.publish_many(name, "xy")
    messages = subscribe(how, ",".join(names), since="first").take(6)
    for name in names:
        assert payloads(messages, name) == [b"x", b"y"]


def test_the_list_cursor_resumes_each_topic(server, subscribe, how, names):
    subscriber = subscribe(how, ",".join(names))
    server.publish(names[0], "1")
    server.publish(names[2], "2")
    subscriber.take(2)
    subscriber.close()
    for name in names:
        server.publish(name, "3")
    again = subscribe(how, ",".join(names), since=subscriber.cursor)
    assert sorted(message.topic for message in again.take(3)) == names
    assert set(cursors(again.cursor)) == set(names)


@pytest.mark.parametrize("to", HOW)
def test_the_list_cursor_serves_every_transport(server, subscribe, how, to, names):
    subscriber = subscribe(how, ",".join(names))
    server.publish(names[0], "1")
    subscriber.next_message()
    subscriber.close()
    server.publish(names[1], "2")
    server.publish(names[0], "3")
    messages = subscribe(to, ",".join(names), since=subscriber.cursor).take(2)
    assert payloads(messages, names[0]) == [b"3"] and payloads(messages, names[1]) == [b"2"]


def test_a_topic_that_the_cursor_does_not_list_starts_as_without_since(
        server, subscribe, how, names):
    head = server.publish(names[0], "old")["id"]
    server.publish(names[1], "newest")
    subscriber = subscribe(how, f"{names[0]},{names[1]}", since=f"{names[0]}:{head}")
    server.publish(names[0], "new")
    if SUBSCRIBERS[how].streams:
        assert subscriber.next_message().payload == b"new"
    else:  # a poll without since gives the newest message
        assert sorted(m.payload for m in subscriber.take(2)) == [b"new", b"newest"]


def test_a_gap_names_its_topic(server, subscribe, how, names):
    server.publish(names[1], "x")
    good = server.head_cursor(names[0])
    subscriber = subscribe(how, f"{names[0]},{names[1]}",
                           since=f"{names[0]}:{good},{names[1]}:zzzz-9")
    gap = subscriber.next_gap()
    assert gap.topic == names[1] and gap.count is None
    assert subscriber.next_message().payload == b"x"


def refused(server, how, path):
    """The status that a subscription to path gets."""
    if how == "websocket":
        with server.connect() as connection:
            connection.send(websocket.handshake(path, server.authority, protocol="pushlab.json"))
            return connection.read_response().status
    if how in ("sse", "ndjson"):
        with server.connect() as connection:
            connection.send(http.build("GET", path, host=server.authority))
            return connection.read_head().status
    return server.get(path).status


def test_32_topics_are_allowed(server, subscribe, how, names):
    listed = [f"{names[0]}.{i}" for i in range(32)]
    subscriber = subscribe(how, ",".join(listed))
    server.publish(listed[31], "x")
    assert subscriber.next_message().topic == listed[31]


def test_33_topics_are_refused(server, how, names):
    listed = ",".join(f"{names[0]}.{i}" for i in range(33))
    assert refused(server, how, f"/{SUBSCRIBERS[how].name}?topics={listed}") == 400


@pytest.mark.parametrize("bad", ["", ",", "a,,b", "a,b/c", "a,..", "a,b%20c"])
def test_bad_names_in_the_list_are_refused(server, how, bad):
    assert refused(server, how, f"/{SUBSCRIBERS[how].name}?topics={bad}") == 400


def test_a_name_that_is_listed_twice_is_refused(server, how, names):
    path = f"/{SUBSCRIBERS[how].name}?topics={names[0]},{names[0]}"
    assert refused(server, how, path) == 400


def test_the_id_of_an_event_is_the_whole_list(server, how, names):
    if how != "sse":
        return
    with sse.Stream(server, f"/sse?topics={','.join(names)}") as stream:
        stream.start()
        published = server.publish(names[2], "x")
        listed = cursors(stream.next().own_id)
        assert set(listed) == set(names) and listed[names[2]] == published["id"]


def test_a_raw_websocket_cannot_have_many_topics(server, how, names):
    if how != "websocket":
        return
    with server.connect() as connection:
        connection.send(websocket.handshake(f"/websocket?topics={','.join(names)}",
                                            server.authority))
        assert connection.read_response().status == 400
