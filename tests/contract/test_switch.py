# SPDX-License-Identifier: MIT
"""One cursor serves every transport: leave one in mid-stream, go on on any other."""
import itertools

import pytest

from lib.subscribers import SUBSCRIBERS

PAIRS = list(itertools.permutations(SUBSCRIBERS, 2))


@pytest.mark.parametrize("first, second", PAIRS, ids=[f"{a}-to-{b}" for a, b in PAIRS])
def test_a_switch_loses_repeats_and_reorders_nothing(server, subscribe, topic, first, second):
    start = subscribe(first, topic)
    server.publish_many(topic, "abcd")
    seen = [message.payload for message in start.take(2)]  # leave in the middle
    start.close()
    server.publish_many(topic, "ef")  # while nobody is there
    rest = subscribe(second, topic, since=start.cursor)
    server.publish_many(topic, "gh")
    seen += [message.payload for message in rest.take(6)]
    assert b"".join(seen) == b"abcdefgh"


def test_a_chain_over_all_transports_and_back(server, subscribe, topic):
    cursor, seen = server.head_cursor(topic), []
    for number, how in enumerate([*SUBSCRIBERS, *reversed(SUBSCRIBERS)]):
        server.publish(topic, str(number))
        subscriber = subscribe(how, topic, since=cursor)
        seen.append(int(subscriber.next_message().payload))
        cursor = subscriber.cursor
        subscriber.reset()
    assert seen == list(range(2 * len(SUBSCRIBERS)))


def test_the_same_cursor_on_all_transports_at_once(server, subscribe, topic):
    server.publish_many(topic, "ab")
    cursor = server.head_cursor(topic)
    server.publish_many(topic, "cd")
    for how in SUBSCRIBERS:
        messages = subscribe(how, topic, since=cursor).take(2)
        assert [message.payload for message in messages] == [b"c", b"d"], how
