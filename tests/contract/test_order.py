# SPDX-License-Identifier: MIT
"""One order for all, no holes, and who is counted as a subscriber."""
import time

import pytest

from lib.subscribers import SUBSCRIBERS, collect

BURST = 500


def test_messages_come_in_the_order_of_publishing(server, subscribe, transport, topic):
    subscriber = subscribe(transport, topic)
    texts = [f"message {i}" for i in range(20)]
    published = server.publish_many(topic, texts)
    messages = subscriber.take(20)
    assert [message.payload.decode() for message in messages] == texts
    assert [message.id for message in messages] == [answer["id"] for answer in published]


def test_seq_counts_from_1_without_holes(server, subscribe, transport, topic):
    subscriber = subscribe(transport, topic, since="first")
    server.publish_many(topic, "abcde")
    assert [message.seq for message in subscriber.take(5)] == [1, 2, 3, 4, 5]


def test_the_cursor_moves_with_each_message(server, subscribe, transport, topic):
    subscriber = subscribe(transport, topic)
    for text in "abc":
        answer = server.publish(topic, text)
        subscriber.next_message()
        assert subscriber.cursor == answer["id"]


def test_time_is_when_it_was_accepted_in_microseconds(server, subscribe, transport, topic):
    if not SUBSCRIBERS[transport].typed:
        return  # plain event streams do not carry it
    subscriber = subscribe(transport, topic)
    before = time.time() * 1e6
    server.publish(topic, "x")
    after = time.time() * 1e6
    assert before - 1e4 <= subscriber.next_message().time <= after + 1e4


def test_a_message_has_the_same_fields_over_every_transport(server, topic):
    server.publish(topic, "x", event="tick")
    seen = set()
    for how, subscriber in SUBSCRIBERS.items():
        if subscriber.typed:
            message = collect(server, how, topic)[0]
            seen.add((message.id, message.seq, message.time, message.event, message.type,
                      message.data))
    assert len(seen) == 1, seen


def test_a_burst_arrives_whole(server, subscribe, transport, topic):
    subscriber = subscribe(transport, topic)
    subscriber.arm()
    with server.connect() as publisher:
        request = (f"POST /publish/{topic} HTTP/1.1\r\nHost: {server.authority}\r\n"
                   "Content-Type: text/plain\r\nContent-Length: 4\r\n\r\n")
        publisher.send(b"".join(f"{request}{i:04}".encode() for i in range(BURST)))
        for _ in range(BURST):
            assert publisher.read_response().status == 200
    assert [int(message.payload) for message in subscriber.take(BURST)] == list(range(BURST))


def test_a_thousand_messages_of_history_arrive_whole(server, topic, transport):
    server.publish_many(topic, map(str, range(1000)))
    messages = collect(server, transport, topic)
    assert [int(message.payload) for message in messages] == list(range(1000))


def test_many_subscribers_all_get_everything(server, subscribe, transport, topic):
    subscribers = [subscribe(transport, topic) for _ in range(20)]
    server.publish_many(topic, "abcdefghij")
    for subscriber in subscribers:
        assert b"".join(message.payload for message in subscriber.take(10)) == b"abcdefghij"


def test_publishers_on_many_connections_give_one_order(server, subscribe, topic):
    subscribers = {how: subscribe(how, topic) for how in SUBSCRIBERS}
    publishers = [server.connect() for _ in range(5)]
    for turn in range(20):
        for i, publisher in enumerate(publishers):
            publisher.send(f"POST /publish/{topic} HTTP/1.1\r\nHost: {server.authority}\r\n"
                           f"Content-Length: 4\r\n\r\n{i}-{turn:02}".encode())
        for publisher in publishers:
            assert publisher.read_response().status == 200
    for publisher in publishers:
        publisher.close()
    orders = {how: tuple(message.payload for message in subscriber.take(100))
              for how, subscriber in subscribers.items()}
    assert len(set(orders.values())) == 1
    for i in range(5):
        own = [text for text in orders["sse"] if text.startswith(b"%d-" % i)]
        assert own == sorted(own) and len(own) == 20


def test_the_acknowledgement_counts_the_subscribers(server, subscribe, transport, topic):
    subscriber = subscribe(transport, topic)
    assert server.publish(topic, "x")["subscribers"] == int(SUBSCRIBERS[transport].streams)
    subscriber.next_message()


def test_a_held_poll_counts_as_a_subscriber(server, subscribe, topic):
    subscriber = subscribe("long_poll", topic)
    subscriber.arm()
    server.await_subscribers(topic, 1)
    assert server.publish(topic, "x")["subscribers"] == 1
    subscriber.next_message()
    server.await_subscribers(topic, 0)


@pytest.mark.parametrize("event", ["tick", "a b", "ünïcode", "x" * 64, "data: 1", "id"])
def test_the_event_name_arrives(server, subscribe, transport, topic, event):
    subscriber = subscribe(transport, topic)
    server.publish(topic, "x", event=event.encode().decode("latin-1"))
    assert subscriber.next_message().event == event


def test_a_message_without_event_has_none(server, subscribe, transport, topic):
    subscriber = subscribe(transport, topic)
    server.publish(topic, "x")
    assert subscriber.next_message().event is None
