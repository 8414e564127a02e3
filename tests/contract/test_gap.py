# SPDX-License-Identifier: MIT
"""What can no longer be given is never skipped in silence."""
import json

import pytest

from lib import http, sse, websocket
from lib.subscribers import SUBSCRIBERS, Gap
from lib.wire import until

SERVER_OPTIONS = ["--lab", "--history", "10,1h,1M"]
OTHER_EPOCH = "zzzz-5"


@pytest.fixture(scope="module")
def overtaken(module_server):
    """A topic of which 16 to 25 are held, and the cursors 0 to 25."""
    server = module_server["server"]
    start = server.head_cursor("overtaken")
    answers = server.publish_many("overtaken", (str(i) for i in range(1, 26)))
    return [start] + [answer["id"] for answer in answers]


@pytest.mark.parametrize("seen", [0, 1, 7, 14])
def test_a_gap_says_which_messages_are_missed(server, subscribe, transport, overtaken, seen):
    gap = subscribe(transport, "overtaken", since=overtaken[seen]).next_gap()
    assert (gap.topic, gap.first, gap.last, gap.count) == ("overtaken", seen + 1, 15, 15 - seen)


def test_after_a_gap_comes_the_oldest_held_and_all_behind_it(
        server, subscribe, transport, overtaken):
    subscriber = subscribe(transport, "overtaken", since=overtaken[3])
    subscriber.next_gap()
    assert [int(message.payload) for message in subscriber.take(10)] == list(range(16, 26))


@pytest.mark.parametrize("seen", [15, 16, 24])
def test_no_gap_while_the_log_holds_what_is_missing(server, subscribe, transport, overtaken, seen):
    first = subscribe(transport, "overtaken", since=overtaken[seen]).next_message()
    assert int(first.payload) == seen + 1


def test_first_is_no_gap(server, subscribe, transport, overtaken):
    assert int(subscribe(transport, "overtaken", since="first").next_message().payload) == 16


def test_minus_n_beyond_what_is_held_is_no_gap(server, subscribe, transport, overtaken):
    assert int(subscribe(transport, "overtaken", since="-100").next_message().payload) == 16


def test_leaving_between_a_gap_and_its_messages_skips_nothing(
        server, subscribe, transport, overtaken):
    subscriber = subscribe(transport, "overtaken", since=overtaken[3])
    subscriber.next_gap()
    subscriber.close()
    again = subscribe(transport, "overtaken", since=subscriber.cursor)
    item = again.next()
    if isinstance(item, Gap):  # where the gap's end has not been told as a cursor
        item = again.next_message()
    assert int(item.payload) == 16


def test_the_id_of_a_gap_on_sse_is_just_before_the_oldest_held(server, subscribe, overtaken):
    subscriber = subscribe("sse", "overtaken", since=overtaken[3])
    subscriber.next_gap()
    assert subscriber.cursor == overtaken[15]


def as_cut_off(raw, end):
    """What an EventSource has when its line ends there: its last id, and whether it knows a gap."""
    decoder = sse.Decoder()
    events = decoder.feed(raw[:end])
    return decoder.last_id, [event for event in events if event.event == "gap"]


@pytest.mark.parametrize("number", [3, None])
def test_wherever_an_event_stream_is_cut_its_gap_is_not_hidden(server, overtaken, number):
    seen = OTHER_EPOCH if number is None else overtaken[number]
    path = f"/sse/overtaken?since={seen}"
    assert server.ask("HEAD", path).header("pushlab-next") == seen
    with server.connect() as connection:
        connection.send(http.build("GET", path, host=server.authority))
        assert connection.read_head().header("pushlab-next") == seen
        raw = connection.read_until(b"data: 16\n\n")
    for end in range(len(raw)):
        last_id, gaps = as_cut_off(raw, end)
        assert last_id in ("", seen) or gaps, raw[:end]
    assert as_cut_off(raw, len(raw))[0] == overtaken[16]


def test_an_event_stream_with_a_malformed_cursor_opens_with_one_that_no_log_has(server, overtaken):
    with server.connect() as connection:
        connection.send(http.build("GET", "/sse/overtaken?since=a%0Ab", host=server.authority))
        assert connection.read_head().header("pushlab-next") == "0-0"
        raw = connection.read_until(b"data: 16\n\n")
    assert as_cut_off(raw, raw.index(b"event: gap"))[0] == "0-0"
    assert as_cut_off(raw, len(raw))[0] == overtaken[16]


def opening(server, transport, path):
    """The cursor in the head, and what comes behind it up to the first message."""
    if transport == "websocket":
        client = websocket.WebSocket(server, f"/websocket/{path}", protocol="pushlab.json")
        head, read = client.response, client.read_json
    else:
        client = server.connect()
        client.send(http.build("GET", f"/ndjson/{path}", host=server.authority))
        head, read = client.read_head(), lambda: json.loads(client.read_until(b"\n"))
    values = [read()]
    while "id" not in values[-1]:
        values.append(read())
    client.close()
    return head.header("pushlab-next"), values


@pytest.mark.parametrize("how", ["websocket", "ndjson"])
@pytest.mark.parametrize("number", [3, None])
def test_json_streams_open_in_front_of_a_gap_and_lead_behind_it(server, overtaken, how, number):
    seen = OTHER_EPOCH if number is None else overtaken[number]
    head, (first, gap, message) = opening(server, how, f"overtaken?since={seen}")
    assert head == first["next"] == seen
    assert gap["next"] == overtaken[15] and gap["gap"]["to"] == (None if number is None else 15)
    assert message["id"] == overtaken[16]


@pytest.mark.parametrize("how", ["websocket", "ndjson"])
def test_of_two_gaps_each_leads_behind_itself_only(server, topic, how):
    names = [f"{topic}-a", f"{topic}-b"]
    starts = [server.head_cursor(names[0]), OTHER_EPOCH]
    behind = []
    for name in names:
        behind.append(server.publish_many(name, map(str, range(1, 13)))[1]["id"])  # 3 to 12 are held
    def listed(*cursors):
        return ",".join(map(":".join, zip(names, cursors)))
    head, values = opening(server, how, f"?topics={','.join(names)}&since={listed(*starts)}")
    assert head == listed(*starts)
    assert [value["next"] for value in values[:3]] == [
        listed(*starts), listed(behind[0], starts[1]), listed(*behind)]


def test_following_one_more_topic_tells_its_gap_before_it_is_ready(server, overtaken):
    with websocket.WebSocket(server, "/websocket/other", protocol="pushlab.json") as client:
        client.read_json()
        client.send_json({"subscribe": {"topic": "overtaken", "since": overtaken[3]}})
        gap, ready = client.read_json(), client.read_json()
    assert gap["gap"]["count"] == 12 and ready["ready"] == ["other", "overtaken"]
    assert gap["next"] == ready["next"]
    assert ready["next"].endswith(f"overtaken:{overtaken[15]}")


@pytest.mark.parametrize("other", [None, OTHER_EPOCH])
def test_wherever_a_stream_of_two_topics_is_cut_neither_gap_is_hidden(server, topic, other):
    names = [f"{topic}-a", f"{topic}-b"]
    starts = [server.head_cursor(name) for name in names]
    if other:
        starts[1] = other
    for name in names:
        server.publish_many(name, map(str, range(1, 13)))  # 3 to 12 are held
    since = ",".join(map(":".join, zip(names, starts)))
    with server.connect() as connection:
        connection.send(http.build("GET", f"/sse?topics={','.join(names)}&since={since}",
                                   host=server.authority))
        assert connection.read_head().header("pushlab-next") == since
        raw = connection.read_until(b'"seq":12,')
    told = set()
    for end in range(len(raw)):
        last_id, gaps = as_cut_off(raw, end)
        assert gaps or last_id in ("", since), raw[:end]
        told.add(len(gaps))
        if len(gaps) == 1 and '"seq"' not in raw[:end].decode():
            assert last_id.endswith(f"{names[1]}:{starts[1]}"), raw[:end]
    assert told == {0, 1, 2}


def test_a_subscriber_that_is_overtaken_between_two_polls_is_told(server, subscribe, topic):
    subscriber = subscribe("short_poll", topic)
    server.publish_many(topic, map(str, range(1, 31)))
    gap = subscriber.next_gap()
    assert (gap.first, gap.last, gap.count) == (1, 20, 20)
    assert [int(message.payload) for message in subscriber.take(10)] == list(range(21, 31))


def test_a_long_poll_with_a_gap_is_answered_at_once(server, overtaken):
    answer = server.get(f"/long_poll/overtaken?since={overtaken[0]}&wait=60").json()
    assert answer["gap"]["count"] == 15


def test_a_long_poll_of_another_epoch_on_an_empty_topic_is_answered_at_once(server, topic):
    answer = server.get(f"/long_poll/{topic}?since=zzzz-1&wait=60").json()
    assert answer["gap"]["count"] is None and answer["messages"] == []
    assert answer["next"].endswith("-0")


def test_a_gap_closes_a_raw_websocket_with_4001(server, overtaken):
    with websocket.WebSocket(server, f"/websocket/overtaken?since={overtaken[0]}") as raw:
        assert raw.read_close() == 4001


def test_history_is_bounded_by_bytes(server, subscribe, transport, topic):
    start = server.head_cursor(topic)
    for number in range(1, 7):
        server.publish(topic, f"{number}" * 300_000)
    held = server.history(topic)
    assert sum(len(message["data"]) for message in held) <= 1 << 20
    assert [message["seq"] for message in held] == list(range(7 - len(held), 7))
    gap = subscribe(transport, topic, since=start).next_gap()
    assert (gap.first, gap.count) == (1, 6 - len(held))


def test_history_is_bounded_by_age(serve, subscribe, topic):
    server = serve("--history", "100,300ms,1M")
    old = server.publish(topic, "old")
    until(lambda: server.history(topic) == [], "the old message has left")
    subscriber = subscribe("sse", topic, since="first", on=server)
    server.publish(topic, "new")
    assert subscriber.next_message().payload == b"new"
    before = old["id"].rpartition("-")[0] + "-0"
    for how in SUBSCRIBERS:
        gap = subscribe(how, topic, since=before, on=server).next_gap()
        assert (gap.first, gap.last, gap.count) == (1, 1, 1), how


def test_a_topic_is_forgotten_when_nothing_is_held_and_nobody_watches(serve):
    server = serve("--history", "100,200ms,1M")
    first = server.publish("brief", "x")["id"]
    until(lambda: "brief" not in server.topics(), "the topic is forgotten")
    again = server.publish("brief", "x")["id"]
    assert again.rpartition("-")[0] != first.rpartition("-")[0], "a new life needs a new epoch"


def test_a_watched_topic_is_not_forgotten(serve, subscribe):
    server = serve("--history", "100,200ms,1M")
    subscriber = subscribe("sse", "watched", on=server)
    server.publish("other", "x")
    until(lambda: "other" not in server.topics(), "the unwatched topic is forgotten")
    server.publish("watched", "y")
    assert subscriber.next_message().payload == b"y"
