# SPDX-License-Identifier: MIT
"""The subprotocol pushlab.json: commands, answers, errors; the connection lives on."""
import json

import pytest

from lib.websocket import BINARY, TEXT, WebSocket, frame


@pytest.fixture
def client(server, topic):
    with WebSocket(server, f"/websocket/{topic}", protocol="pushlab.json") as connection:
        assert list(connection.read_json()) == ["ready", "next"]
        yield connection


def ask(client, command):
    """Sends a command; its answer, past messages and heartbeats."""
    client.send_text(command if isinstance(command, str) else json.dumps(command))
    return answer(client)


def answer(client):
    while "id" in (value := client.read_json()) or "heartbeat" in value:
        pass
    return value


def assert_lives(client):
    assert ask(client, {"ping": "alive"}) == {"pong": "alive"}


# ---- ready and messages ----

def test_ready_names_the_topic_and_the_cursor(server, topic):
    head = server.publish(topic, "x")["id"]
    with WebSocket(server, f"/websocket/{topic}", protocol="pushlab.json") as client:
        assert client.read_json() == {"ready": [topic], "next": head}


def test_a_message_is_the_json_message(server, client, topic):
    published = server.publish(topic, "hello", event="tick")
    message = client.read_json()
    assert set(message) - {"topic"} == {"id", "seq", "time", "event", "type", "data"}
    assert (message["id"], message["data"], message["event"]) == (published["id"], "hello", "tick")


# ---- publish ----

def test_publish_answers_with_id_seq_and_subscribers(server, client, topic):
    given = ask(client, {"publish": {"topic": topic, "type": "text", "data": "x"}})
    assert set(given) == {"published"}
    assert set(given["published"]) == {"id", "seq", "subscribers"}
    assert given["published"]["seq"] == 1 and given["published"]["subscribers"] == 1
    assert server.history(topic)[0]["id"] == given["published"]["id"]


@pytest.mark.parametrize("kind, data", [
    ("text", "ünïcode\n\"\\"), ("text", ""), ("text", "\0"), ("json", {"a": [1, None]}),
    ("json", "a string"), ("json", None), ("binary", "AAEC/w=="), ("binary", "")])
def test_every_type_can_be_published(server, client, topic, kind, data):
    ask(client, {"publish": {"topic": topic, "type": kind, "data": data}})
    message = server.history(topic)[0]
    assert (message["type"], message["data"]) == (kind, data)


def test_an_event_can_be_published(server, client, topic):
    ask(client, {"publish": {"topic": topic, "type": "text", "event": "tick", "data": "x"}})
    assert server.history(topic)[0]["event"] == "tick"


@pytest.mark.parametrize("value", ["9007199254740993", "1E+2", '{"b":1,"a":2}', "-0.0",
                                   '"\\u00e9\\ud83d\\ude00"', "1.00000000000000000001"])
def test_json_is_kept_as_it_was_written(server, client, topic, value):
    ask(client, '{"publish": {"topic": "%s", "type": "json", "data": %s}}' % (topic, value))
    raw = server.get(f"/short_poll/{topic}?since=first").text
    assert f'"data":{value}}}' in raw


def test_what_one_publishes_comes_to_oneself_too(client, topic):
    client.send_json({"publish": {"topic": topic, "type": "text", "data": "x"}})
    values = [client.read_json(), client.read_json()]
    assert sorted("published" in value for value in values) == [False, True]


def test_publishing_to_another_topic(server, client, topic):
    ask(client, {"publish": {"topic": topic + "-b", "type": "text", "data": "x"}})
    assert server.history(topic + "-b")[0]["data"] == "x"


def test_many_publications_in_one_segment_are_answered_in_order(client, topic):
    client.send_bytes(b"".join(
        frame(TEXT, json.dumps({"ref": i, "publish": {"topic": topic + "-b", "type": "text",
                                                      "data": str(i)}}).encode())
        for i in range(100)))
    answers = [answer(client) for _ in range(100)]
    assert [given["ref"] for given in answers] == list(range(100))
    assert [given["published"]["seq"] for given in answers] == list(range(1, 101))


# ---- subscribe and unsubscribe ----

def test_subscribing_to_a_further_topic(server, client, topic):
    other = topic + "-b"
    given = ask(client, {"subscribe": {"topic": other}})
    assert given["ready"] == [other] or other in given["ready"]
    server.publish(other, "x")
    message = client.read_json()
    assert message["topic"] == other and message["data"] == "x"


def test_subscribing_with_since(server, client, topic):
    other = topic + "-b"
    server.publish_many(other, "abc")
    ask(client, {"subscribe": {"topic": other, "since": "-2"}})
    assert [client.read_json()["data"] for _ in range(2)] == ["b", "c"]


def test_subscribing_with_a_cursor_of_another_epoch_gives_a_gap(client, topic):
    client.send_json({"subscribe": {"topic": topic + "-b", "since": "zzzz-5"}})
    values = [client.read_json(), client.read_json()]
    gap = next(value["gap"] for value in values if "gap" in value)
    assert gap["topic"] == topic + "-b" and gap["count"] is None


def test_unsubscribing(server, client, topic):
    assert ask(client, {"unsubscribe": topic}) == {"unsubscribed": topic}
    server.await_subscribers(topic, 0)
    server.publish(topic, "unseen")
    assert_lives(client)


def test_unsubscribing_and_subscribing_again_loses_nothing(server, client, topic):
    seen = server.publish(topic, "seen")["id"]
    client.read_json()
    ask(client, {"unsubscribe": topic})
    server.publish(topic, "missed")
    ask(client, {"subscribe": {"topic": topic, "since": seen}})
    assert client.read_json()["data"] == "missed"


def test_leaving_ends_all_subscriptions(server, topic):
    client = WebSocket(server, f"/websocket/{topic}", protocol="pushlab.json")
    client.read_json()
    ask(client, {"subscribe": {"topic": topic + "-b"}})
    client.reset()
    server.await_subscribers(topic, 0)
    server.await_subscribers(topic + "-b", 0)


# ---- ping, ref ----

@pytest.mark.parametrize("value", [0, "x", None, True, [1, {"a": None}], {"deep": [[]]}, 1.5, ""])
def test_pong_repeats_whatever_ping_said(client, value):
    assert ask(client, {"ping": value}) == {"pong": value}


@pytest.mark.parametrize("ref", [1, "a", "", None, [1], {"x": 1}, True])
def test_ref_is_repeated(client, topic, ref):
    for command in ({"ping": 1}, {"publish": {"topic": topic, "type": "text", "data": "x"}},
                    {"subscribe": {"topic": topic + "-c"}}, {"unsubscribe": topic + "-c"},
                    {"nonsense": 1}):
        assert ask(client, {"ref": ref, **command})["ref"] == ref


def test_without_ref_there_is_none(client):
    assert "ref" not in ask(client, {"ping": 1})
    assert "ref" not in ask(client, {"nonsense": 1})


# ---- wrong ----

WRONG = {
    "no JSON": ("hello", 400),
    "empty": ("", 400),
    "cut": ('{"ping": ', 400),
    "trailing bytes": ('{"ping": 1} x', 400),
    "two values": ('{"ping": 1}{"ping": 2}', 400),
    "an array": ("[]", 400),
    "a string": ('"ping"', 400),
    "a number": ("1", 400),
    "null": ("null", 400),
    "an empty object": ("{}", 400),
    "unknown command": ('{"nonsense": 1}', 400),
    "command in another case": ('{"Ping": 1}', 400),
    "PUBLISH": ('{"PUBLISH": {"topic": "t", "type": "text", "data": "x"}}', 400),
    "two commands": ('{"ping": 1, "unsubscribe": "t"}', 400),
    "command twice": ('{"ping": 1, "ping": 2}', 400),
    "publish of a string": ('{"publish": "x"}', 400),
    "publish of nothing": ('{"publish": {}}', 400),
    "no topic": ('{"publish": {"type": "text", "data": "x"}}', 400),
    "Topic": ('{"publish": {"Topic": "t", "type": "text", "data": "x"}}', 400),
    "no data": ('{"publish": {"topic": "t", "type": "text"}}', 400),
    "topic is a number": ('{"publish": {"topic": 1, "type": "text", "data": "x"}}', 400),
    "bad topic": ('{"publish": {"topic": "a b", "type": "text", "data": "x"}}', 400),
    "empty topic": ('{"publish": {"topic": "", "type": "text", "data": "x"}}', 400),
    "topic with nul": ('{"publish": {"topic": "t\\u0000x", "type": "text", "data": "x"}}', 400),
    "topic ..": ('{"publish": {"topic": "..", "type": "text", "data": "x"}}', 400),
    "the server's own topic": ('{"publish": {"topic": "~x", "type": "text", "data": "x"}}', 403),
    "unknown type": ('{"publish": {"topic": "t", "type": "image", "data": "x"}}', 400),
    "text that is a number": ('{"publish": {"topic": "t", "type": "text", "data": 1}}', 400),
    "base64 padded within": (
        '{"publish": {"topic": "t", "type": "binary", "data": "AA=AAAA="}}', 400),
    "binary that is no base64": ('{"publish": {"topic": "t", "type": "binary", "data": "!"}}', 400),
    "reserved event": (
        '{"publish": {"topic": "t", "type": "text", "event": "gap", "data": "x"}}', 400),
    "event with a line end": (
        '{"publish": {"topic": "t", "type": "text", "event": "a\\nid: 1", "data": "x"}}', 400),
    "event of 65": (
        '{"publish": {"topic": "t", "type": "text", "event": "%s", "data": "x"}}' % ("x" * 65), 400),
    "topic twice": (
        '{"publish": {"topic": "t", "topic": "u", "type": "text", "data": "x"}}', 400),
    "subscribe to nothing": ('{"subscribe": {}}', 400),
    "subscribe to a bad topic": ('{"subscribe": {"topic": "a b"}}', 400),
    "subscribe with a malformed since": ('{"subscribe": {"topic": "t", "since": "bad"}}', 400),
    "subscribe with since as a number": ('{"subscribe": {"topic": "t", "since": 1}}', 400),
    "unsubscribe from what was not subscribed": ('{"unsubscribe": "other"}', (400, 404)),
    "unsubscribe of a number": ('{"unsubscribe": 1}', 400),
    "deep": ('{"ping": ' + "[" * 5000 + "]" * 5000 + "}", 400),
    "lone surrogate in the topic": (
        '{"publish": {"topic": "\\ud800", "type": "text", "data": "x"}}', 400),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_command_is_told_and_the_connection_lives_on(client, name):
    command, status = WRONG[name]
    given = ask(client, command)
    assert set(given) == {"error"}, given
    assert set(given["error"]) == {"status", "message"} and given["error"]["message"]
    assert given["error"]["status"] in (status if isinstance(status, tuple) else (status,))
    assert_lives(client)


def test_a_binary_frame_is_told_or_closed(server, topic):
    with WebSocket(server, f"/websocket/{topic}", protocol="pushlab.json") as client:
        client.read_json()
        client.send_frame(BINARY, b"\x00\x01")
        opcode, payload = client.read_message()
        assert opcode == TEXT and json.loads(payload)["error"]["status"] == 400 or (
            payload[:2] == (1003).to_bytes(2, "big"))


def test_one_wrong_command_does_not_disturb_the_others(client):
    client.send_bytes(b"".join(frame(TEXT, text) for text in (
        b'{"ref": 1, "ping": 1}', b"nonsense", b'{"ref": 2, "ping": 2}')))
    answers = [answer(client) for _ in range(3)]
    assert answers[0] == {"pong": 1, "ref": 1} and answers[2] == {"pong": 2, "ref": 2}
    assert answers[1]["error"]["status"] == 400


def test_a_publication_too_large_is_413(client, topic):
    data = "x" * ((1 << 20) + 1)
    given = ask(client, {"publish": {"topic": topic, "type": "text", "data": data}})
    assert given["error"]["status"] == 413
    assert_lives(client)


def test_too_many_subscriptions_are_refused(client, topic):
    statuses = set()
    for number in range(40):
        given = ask(client, {"subscribe": {"topic": f"{topic}-{number}"}})
        statuses.add(given.get("error", {}).get("status"))
    assert None in statuses and statuses & {400, 403, 503}
    assert_lives(client)


def test_a_publish_token_is_asked_for_here_too(serve, tmp_path):
    token = tmp_path / "token"
    token.write_text("canary-3141\n", encoding="ascii")
    server = serve("--publish-token", str(token))
    publish = {"publish": {"topic": "t", "type": "text", "data": "x"}}
    with WebSocket(server, "/websocket/t", protocol="pushlab.json") as client:
        client.read_json()
        given = ask(client, publish)
        assert given["error"]["status"] in (401, 403)
        assert "canary" not in json.dumps(given)
    headers = [("Authorization", "Bearer canary-3141")]
    with WebSocket(server, "/websocket/t", headers, protocol="pushlab.json") as client:
        client.read_json()
        assert "published" in ask(client, publish)
