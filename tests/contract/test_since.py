# SPDX-License-Identifier: MIT
"""Where a subscription begins: since=CURSOR, first, now, -N, and their mishaps."""
import pytest

from lib import sse
from lib.subscribers import SUBSCRIBERS, collect

LETTERS = "abcdefgh"


@pytest.fixture(scope="module")
def log(module_server):
    """A topic with the letters a to h, and its cursors, 0 to 8."""
    server = module_server["server"]
    start = server.head_cursor("log")
    return [start] + [answer["id"] for answer in server.publish_many("log", LETTERS)]


def text(messages):
    return b"".join(message.payload for message in messages).decode()


def test_first_gives_all_that_is_held(server, transport, log):
    assert text(collect(server, transport, "log", "first")) == LETTERS


@pytest.mark.parametrize("position", range(len(LETTERS) + 1))
def test_a_cursor_resumes_just_behind_it(server, subscribe, transport, log, position):
    rest = LETTERS[position:]
    assert text(collect(server, transport, "log", log[position])) == rest


@pytest.mark.parametrize("last", [1, 3, 8, 9, 1000000])
def test_minus_n_gives_the_last_n(server, subscribe, transport, log, last):
    wanted = LETTERS[-last:]
    assert text(collect(server, transport, "log", f"-{last}", len(wanted))) == wanted


def test_minus_n_goes_on_with_what_comes(server, subscribe, transport, topic):
    server.publish_many(topic, "abc")
    subscriber = subscribe(transport, topic, since="-1")
    server.publish(topic, "d")
    assert text(subscriber.take(2)) == "cd"


def test_first_goes_on_with_what_comes(server, subscribe, transport, topic):
    server.publish_many(topic, "abc")
    subscriber = subscribe(transport, topic, since="first")
    server.publish(topic, "d")
    assert text(subscriber.take(4)) == "abcd"


def test_now_gives_nothing_of_the_past(server, subscribe, transport, topic):
    server.publish_many(topic, "abc")
    subscriber = subscribe(transport, topic, since="now")
    server.publish(topic, "d")
    assert subscriber.next_message().payload == b"d"


def test_a_cursor_at_the_head_waits_for_what_comes(server, subscribe, transport, topic):
    head = server.publish(topic, "a")["id"]
    subscriber = subscribe(transport, topic, since=head)
    assert subscriber.cursor == head
    server.publish(topic, "b")
    assert subscriber.next_message().payload == b"b"


def test_the_cursor_of_an_empty_topic_gives_its_first_message(server, subscribe, transport, topic):
    start = server.head_cursor(topic)
    server.publish(topic, "a")
    assert subscribe(transport, topic, since=start).next_message().payload == b"a"


def test_next_is_never_below_since(server, subscribe, transport, log):
    for position, cursor in enumerate(log):
        subscriber = subscribe(transport, "log", since=cursor)
        given = subscriber.response.header("pushlab-next")
        assert int(given.rpartition("-")[2]) >= position


@pytest.mark.parametrize("bad", ["abc", "-", "--1", "-x", "1", "epoch-", "-0x1", "a-b-", "NOW",
                                 "x-99999999999999999999999", "a b-1", "first ", "last", "%00",
                                 "%c3%a9-1", "-99999999999999999999999", "a" * 2000 + "-1"])
def test_a_malformed_since_is_400_but_a_gap_on_sse(server, transport, log, bad):
    name = SUBSCRIBERS[transport].name
    path = f"/{name}/log?since=" + bad.replace(" ", "%20")
    if name == "sse":
        with sse.Stream(server, path) as stream:
            assert stream.response.status == 200
            gap = stream.next()
            assert gap.event == "gap" and '"count":null' in gap.data
        return
    headers = []
    if name == "websocket":
        headers = [("Upgrade", "websocket"), ("Connection", "Upgrade"),
                   ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
                   ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Protocol", "pushlab.json")]
    answer = server.get(path, *headers)
    assert answer.status == 400, answer
    assert answer.json()["error"]


def test_an_empty_since_is_no_since(server, log):
    assert server.get("/short_poll/log?since=").json()["messages"][0]["seq"] == 8


def test_the_cursor_of_another_epoch_is_a_gap_of_unknown_size(server, subscribe, transport, log):
    subscriber = subscribe(transport, "log", since="zzzz-3")
    gap = subscriber.next_gap()
    assert (gap.topic, gap.first, gap.last, gap.count) == ("log", None, None, None)
    assert text(subscriber.take(8)) == LETTERS


def test_a_cursor_of_another_topic_is_a_gap(server, subscribe, transport, log, topic):
    other = server.publish(topic, "x")["id"]
    assert subscribe(transport, "log", since=other).next_gap().count is None


def test_a_cursor_beyond_the_head_is_a_gap_of_unknown_size(server, subscribe, transport, log):
    beyond = log[0].replace("-0", "-1000")
    subscriber = subscribe(transport, "log", since=beyond)
    assert subscriber.next_gap().count is None
    assert text(subscriber.take(8)) == LETTERS


def test_after_a_gap_the_cursor_is_good_again(server, subscribe, transport, topic):
    server.publish_many(topic, "ab")
    subscriber = subscribe(transport, topic, since="zzzz-3")
    subscriber.next_gap()
    assert text(subscriber.take(2)) == "ab"
    again = subscribe(transport, topic, since=subscriber.cursor)
    server.publish(topic, "c")
    assert again.next_message().payload == b"c"


# ---- Last-Event-ID and its stand-ins ----

QUERIES = ["lastEventId", "last_event_id", "lastEventID"]


def first_letter(server, transport, path, headers=()):
    """What comes first after subscribing by path with headers."""
    name = SUBSCRIBERS[transport].name
    path = f"/{name}/log{path}"
    if name == "sse":
        with sse.Stream(server, path, headers) as stream:
            return stream.next().data
    answer = server.get(path, *headers)
    return answer.json()["messages"][0]["data"]


@pytest.mark.parametrize("how", ["short_poll", "long_poll", "sse"])
def test_last_event_id_means_since(server, log, how):
    assert first_letter(server, how, "", [("Last-Event-ID", log[3])]) == "d"


@pytest.mark.parametrize("how", ["short_poll", "long_poll", "sse"])
def test_last_event_id_wins_over_since(server, log, how):
    assert first_letter(server, how, f"?since={log[5]}", [("Last-Event-ID", log[3])]) == "d"


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("how", ["short_poll", "long_poll", "sse"])
def test_the_queries_of_polyfills_mean_since(server, log, how, query):
    assert first_letter(server, how, f"?{query}={log[3]}") == "d"


@pytest.mark.parametrize("query", QUERIES)
def test_the_header_wins_over_the_query_of_a_polyfill(server, log, query):
    assert first_letter(server, "sse", f"?{query}={log[6]}", [("Last-Event-ID", log[3])]) == "d"
