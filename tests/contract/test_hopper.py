# SPDX-License-Identifier: MIT
"""Subscribers hop between all transports with one cursor while publishers publish: nothing is
lost, repeated or reordered, and every transport tells the same story."""
import hashlib
import itertools
import os
import random
import threading

import pytest

from lib import websocket
from lib.subscribers import SUBSCRIBERS, Gap, collect

SEED = int(os.environ.get("PUSHLAB_TEST_SEED", "20"))
HOPPERS, PUBLISHERS, EACH = 12, 3, 400
TOTAL = PUBLISHERS * EACH
SERVER_OPTIONS = ["--lab", "--workers", "2", "--history", f"{TOTAL},1h,64M"]
LEAVE = ("close", "reset")


class Worker(threading.Thread):
    """A thread whose failure is the test's failure."""

    def __init__(self, work, *arguments):
        super().__init__(daemon=True)
        self.work, self.arguments = work, arguments
        self.result = self.failure = None
        self.start()

    def run(self):
        try:
            self.result = self.work(*self.arguments)
        except BaseException as failure:  # handed to whoever joins
            self.failure = failure

    def outcome(self):
        self.join(timeout=120)
        assert not self.is_alive(), f"{self.work.__name__}{self.arguments} hangs"
        if self.failure:
            raise self.failure
        return self.result


def publish_by_post(server, topic, publisher):
    return [answer["id"] for answer in
            server.publish_many(topic, (f"{publisher}:{i}" for i in range(EACH)))]


def publish_by_websocket(server, topic, publisher):
    acknowledged = []
    with websocket.WebSocket(server, "/websocket/control", protocol="pushlab.json") as client:
        client.read_json()
        for i in range(EACH):
            client.send_json({"publish": {"topic": topic, "type": "text",
                                          "data": f"{publisher}:{i}"}})
            while "published" not in (answer := client.read_json()):
                assert "heartbeat" in answer, answer
            acknowledged.append(answer["published"]["id"])
    return acknowledged


def hop(server, topic, cursor, seed, hops):
    """Reads TOTAL messages, a few on each transport; gives what was seen, in order."""
    dice = random.Random(seed)
    seen, before = [], None
    while len(seen) < TOTAL:
        how = dice.choice([name for name in SUBSCRIBERS if name != before])
        hops.append((before, how))
        before = how
        subscriber = SUBSCRIBERS[how](server, receive_buffer=dice.choice([None, 4096]))
        subscriber.subscribe(topic, cursor)
        for _ in range(min(dice.randint(0, 40), TOTAL - len(seen))):
            item = subscriber.next()
            assert not isinstance(item, Gap), f"{item}, though all is held"
            seen.append((item.id, item.payload.decode()))
        cursor = subscriber.cursor
        getattr(subscriber, dice.choice(LEAVE))()
    return seen


def check(log, acknowledged):
    """One hopper's log against what the publishers were told."""
    ids = [message_id for message_id, _ in log]
    assert len(set(ids)) == len(ids), "a message came twice"
    assert set(ids) == acknowledged, "acknowledged and delivered differ"
    sequence = [int(message_id.rpartition("-")[2]) for message_id in ids]
    assert sequence == list(range(1, TOTAL + 1)), "out of order"
    for publisher in range(PUBLISHERS):
        own = [int(text.partition(":")[2]) for _, text in log if text.startswith(f"{publisher}:")]
        assert own == list(range(EACH)), f"publisher {publisher}'s order is broken"


@pytest.fixture(scope="module")
def story(module_server):
    """One run: the logs of all hoppers, what was acknowledged, and every hop made."""
    server, topic, hops = module_server["server"], "hopper", []
    start = server.head_cursor(topic)
    readers = [Worker(hop, server, topic, start, SEED * 1000 + i, hops) for i in range(HOPPERS)]
    writers = [Worker(publish_by_websocket if i == 0 else publish_by_post, server, topic, i)
               for i in range(PUBLISHERS)]
    acknowledged = set(itertools.chain.from_iterable(writer.outcome() for writer in writers))
    return [reader.outcome() for reader in readers], acknowledged, hops


def test_every_message_was_acknowledged_once(story):
    assert len(story[1]) == TOTAL


@pytest.mark.parametrize("hopper", range(HOPPERS))
def test_a_hopper_misses_and_repeats_nothing(story, hopper):
    logs, acknowledged, _ = story
    check(logs[hopper], acknowledged)


def test_all_hoppers_saw_one_total_order(story):
    assert len({tuple(log) for log in story[0]}) == 1


def test_every_ordered_pair_of_transports_was_hopped(story):
    assert {hop for hop in story[2] if hop[0]} == set(itertools.permutations(SUBSCRIBERS, 2))


def test_the_digest_is_the_same_over_every_transport(server, story):
    digests = {}
    for how in SUBSCRIBERS:
        digest = hashlib.sha256()
        for message in collect(server, how, "hopper"):
            digest.update(f"{message.id} {len(message.payload)} ".encode() + message.payload)
        digests[how] = digest.hexdigest()
    assert len(set(digests.values())) == 1, digests


def test_the_checker_catches_what_it_should(story):
    """A checker that cannot fail shows nothing."""
    log, acknowledged = list(story[0][0]), story[1]
    for broken in (log[:7] + log[8:], log[:7] + log[6:], log[:7] + [log[8], log[7]] + log[9:]):
        with pytest.raises(AssertionError):
            check(broken, acknowledged)


def test_hoppers_are_told_of_the_gap_when_the_log_is_too_short(serve):
    """The same with a short log: each message comes, in order, or lies within a gap."""
    server = serve("--workers", "2", "--history", "50,1h,1M")
    start = server.head_cursor("short")
    writer = Worker(publish_by_post, server, "short", 0)
    dice, cursor, told = random.Random(SEED), start, []
    while not told or told[-1] < EACH:
        how = dice.choice(list(SUBSCRIBERS))
        with SUBSCRIBERS[how](server) as subscriber:
            subscriber.subscribe("short", cursor)
            for _ in range(dice.randint(1, 10)):
                if told and told[-1] >= EACH:
                    break
                while isinstance(item := subscriber.next(), Gap):
                    assert item.known and item.first == (told[-1] if told else 0) + 1
                    told += range(item.first, item.last + 1)
                told.append(int(item.id.rpartition("-")[2]))
            cursor = subscriber.cursor
    writer.outcome()
    assert told == list(range(1, EACH + 1))
