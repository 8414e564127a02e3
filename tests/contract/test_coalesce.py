# SPDX-License-Identifier: MIT
"""coalesce=MS: gather for so long before writing, on every transport."""
import time

import pytest

from lib import http
from lib.options import option
from lib.subscribers import SUBSCRIBERS

WINDOW_MS = 300


def test_messages_within_the_window_arrive_together(server, subscribe, stream, topic):
    subscriber = subscribe(stream, topic, query=f"&coalesce={WINDOW_MS}")
    published = time.monotonic()
    server.publish_many(topic, "abcdefghij")
    gathered = time.monotonic()
    first = subscriber.next_message()
    waited_s = time.monotonic() - published
    assert first.payload == b"a"
    assert waited_s > 0.8 * WINDOW_MS / 1000, f"came after {waited_s:.3f} s"
    if gathered - published < 0.5 * WINDOW_MS / 1000:  # else this machine is too slow to tell
        subscriber.connection.poll()
        rest = subscriber.take(9, timeout=0.5 * WINDOW_MS / 1000)
        assert b"".join(message.payload for message in rest) == b"bcdefghij"


def test_a_held_poll_gathers_too(server, topic):
    with server.connect() as connection:
        connection.send(http.build("GET", f"/long_poll/{topic}?since=now&coalesce={WINDOW_MS}",
                                   host=server.authority))
        server.await_subscribers(topic, 1)
        server.publish_many(topic, "abc")
        assert len(connection.read_response().json()["messages"]) == 3


def test_without_coalesce_nothing_waits(server, subscribe, stream, topic):
    plain = subscribe(stream, topic)
    gathering = subscribe(stream, topic, query="&coalesce=1000")
    server.publish(topic, "x")
    plain.next_message()
    assert not gathering.connection.poll(), "the gathering one came no later"
    gathering.next_message()


@pytest.mark.parametrize("value", ["0", "1", "1000"])
def test_every_value_from_0_to_1000_is_taken(server, subscribe, transport, topic, value):
    subscriber = subscribe(transport, topic, query=f"&coalesce={value}")
    server.publish(topic, "x")
    assert subscriber.next_message().payload == b"x"


@pytest.mark.parametrize("value", ["-1", "1001", "abc", "1000.5", "99999999999999999999"])
def test_other_values_are_refused(server, topic, value):
    answer = server.get(f"/long_poll/{topic}?since=first&coalesce={value}")
    assert answer.status == 400 and "coalesce" in answer.json()["error"]


def test_the_default_of_coalesce_is_an_option(serve):
    server = serve(*option("coalesce", WINDOW_MS))
    subscriber = SUBSCRIBERS["sse"](server).subscribe("t")
    started = time.monotonic()
    server.publish("t", "x")
    subscriber.next_message()
    assert time.monotonic() - started > 0.8 * WINDOW_MS / 1000
    subscriber.close()
