# SPDX-License-Identifier: MIT
"""Framing (RFC 6455, 5): what is right comes back, what is wrong ends with 1002, at once."""
import random

import pytest

from lib.server import Turn
from lib.websocket import (BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, WebSocket, close_frame,
                           fragments, frame)

SERVER_OPTIONS = ["--lab", "--workers", "1"]
ECHO = "/websocket/~echo"
SIZES = [0, 1, 2, 124, 125, 126, 127, 128, 65535, 65536, 65537, 1 << 20]


@pytest.fixture
def echo(server):
    with WebSocket(server, ECHO) as client:
        yield client


def assert_echoes(client, text="still here"):
    client.send_text(text)
    assert client.read_text() == text


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_every_size_comes_back(echo, opcode, size):
    payload = b"x" * size if opcode == TEXT else random.Random(size).randbytes(size)
    echo.send_frame(opcode, payload)
    assert echo.read_message() == (opcode, payload)


@pytest.mark.parametrize("key", [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x01\x80\x7f\xfe"])
@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33])
def test_every_mask_and_alignment(echo, key, size):
    payload = bytes(range(size))
    echo.send_frame(BINARY, payload, key=key)
    assert echo.read_message() == (BINARY, payload)


WRONG = {
    "unmasked text": frame(TEXT, b"hello", key=None),
    "unmasked empty": frame(TEXT, b"", key=None),
    "unmasked ping": frame(PING, b"", key=None),
    "unmasked close": frame(CLOSE, b"", key=None),
    **{f"reserved bits {rsv} on {name}": frame(opcode, b"x", rsv=rsv)
       for rsv in range(1, 8)
       for name, opcode in (("text", TEXT), ("ping", PING), ("close", CLOSE))},
    **{f"opcode {opcode:x}": frame(opcode, b"x") for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    **{f"opcode {opcode:x} empty": frame(opcode) for opcode in (3, 7, 11, 15)},
    "fragmented ping": frame(PING, b"x", fin=False),
    "fragmented pong": frame(PONG, b"x", fin=False),
    "fragmented close": frame(CLOSE, b"", fin=False),
    "ping of 126": frame(PING, b"x" * 126),
    "pong of 126": frame(PONG, b"x" * 126),
    "close of 126": close_frame(1000, b"x" * 124),
    "ping of 64 KiB": frame(PING, b"x" * 65536),
    "ping with a long form": frame(PING, b"x", form=16),
    "continuation of nothing": frame(CONTINUATION, b"x"),
    "unfinished continuation of nothing": frame(CONTINUATION, b"x", fin=False),
    "text within text": frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"),
    "binary within text": frame(TEXT, b"a", fin=False) + frame(BINARY, b"b"),
    "unfinished text within text": frame(TEXT, b"a", fin=False) + frame(TEXT, b"b", fin=False),
    "continuation behind the last": fragments(TEXT, [b"a", b"b"]) + frame(CONTINUATION, b"c"),
    "reserved bit on a continuation": frame(TEXT, b"a", fin=False)
                                      + frame(CONTINUATION, b"b", rsv=4),
    "16-bit form for 5": frame(TEXT, b"hello", form=16),
    "16-bit form for 125": frame(TEXT, b"x" * 125, form=16),
    "64-bit form for 5": frame(TEXT, b"hello", form=64),
    "64-bit form for 65535": frame(TEXT, b"x" * 65535, form=64),
}
# The message before the one that is wrong has been good, so its echo may come first.
ECHO_BEFORE = {"continuation behind the last"}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_frame_ends_with_1002(server, echo, name):
    echo.connection.send_as_far_as_possible(WRONG[name])
    if name in ECHO_BEFORE:
        assert echo.read_text() == "ab"
    echo.assert_closed(1002)
    server.assert_serves()


@pytest.mark.parametrize("name", ["unmasked text", "opcode 3", "reserved bits 2 on text",
                                  "fragmented ping", "ping of 126", "text within text",
                                  "continuation of nothing", "64-bit form for 5"])
def test_a_wrong_frame_is_refused_wherever_it_is_cut(server, name):
    barrier = Turn(server)
    data = WRONG[name]
    for cut in range(1, min(len(data), 16)):
        with WebSocket(server, ECHO) as client:
            client.send_bytes(data[:cut])
            barrier.wait()
            client.connection.send_as_far_as_possible(data[cut:])
            client.assert_closed(1002)
    barrier.close()


HEADS = {
    "opcode 3": frame(3, b"x")[:2],
    "reserved bit": frame(TEXT, b"x" * 100, rsv=2)[:2],
    "unmasked": frame(TEXT, b"x" * 100, key=None)[:2],
    "ping too long": frame(PING, b"x" * 126)[:4],
    "fragmented close": frame(CLOSE, b"", fin=False)[:2],
}


@pytest.mark.parametrize("name", HEADS)
def test_the_head_of_a_wrong_frame_is_enough(echo, name):
    echo.send_bytes(HEADS[name])
    echo.assert_closed(1002)


@pytest.mark.parametrize("how", ["one segment", "byte by byte", "every cut"])
def test_messages_come_back_however_they_are_cut(server, how):
    data = (frame(TEXT, "a µ€".encode()) + frame(BINARY, bytes(range(130)))
            + fragments(TEXT, [b"x", b"", b"y"]) + frame(PING, b"p") + frame(TEXT))
    wanted = [(TEXT, "a µ€".encode()), (BINARY, bytes(range(130))), (TEXT, b"xy"), (TEXT, b"")]
    barrier = Turn(server)
    cuts = range(1, len(data)) if how == "every cut" else [0]
    for cut in cuts:
        pieces = ([data] if how == "one segment" else
                  [data[i:i + 1] for i in range(len(data))] if how == "byte by byte" else
                  [data[:cut], data[cut:]])
        with WebSocket(server, ECHO) as client:
            for piece in pieces:
                client.send_bytes(piece)
                barrier.wait()
            assert [client.read_message() for _ in range(4)] == wanted
            assert client.pongs == [b"p"]
    barrier.close()


# ---- control frames ----

@pytest.mark.parametrize("payload", [b"", b"x", b"hello", bytes(range(125)), b"\xff\xfe\x00"])
def test_a_ping_is_answered_with_its_payload(echo, payload):
    echo.send_frame(PING, payload)
    answer = echo.read_frame()
    assert (answer.opcode, answer.payload) == (PONG, payload)


def test_ten_pings_are_answered_in_order(echo):
    echo.send_bytes(b"".join(frame(PING, b"%d" % i) for i in range(10)))
    assert [echo.read_frame().payload for _ in range(10)] == [b"%d" % i for i in range(10)]


def test_pongs_nobody_asked_for_are_ignored(echo):
    echo.send_bytes(frame(PONG) + frame(PONG, b"x") + frame(PONG, b"y" * 125))
    assert_echoes(echo)


def test_a_ping_within_a_fragmented_message_is_answered_before_it(echo):
    echo.send_bytes(frame(TEXT, b"a", fin=False) + frame(PING, b"now")
                    + frame(CONTINUATION, b"b", fin=False) + frame(PING, b"and now")
                    + frame(PONG, b"noise"))
    assert echo.read_frame().payload == b"now"
    assert echo.read_frame().payload == b"and now"
    echo.send_frame(CONTINUATION, b"c")
    assert echo.read_text() == "abc"


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("pieces", [[b"a", b"b"], [b"", b""], [b"", b"a"], [b"a", b""],
                                    [b"a"] * 100, [b"x" * 70000, b"y" * 70000], [b""] * 50 + [b"z"]],
                         ids=["two", "both empty", "first empty", "last empty", "hundred", "long",
                              "many empty"])
def test_a_fragmented_message_comes_back_whole(echo, opcode, pieces):
    echo.send_bytes(fragments(opcode, pieces))
    assert echo.read_message() == (opcode, b"".join(pieces))


def test_messages_in_one_segment_come_back_one_by_one(echo):
    echo.send_bytes(b"".join(frame(TEXT, b"%d" % i) for i in range(1000)))
    assert [echo.read_text() for _ in range(1000)] == [str(i) for i in range(1000)]


def test_both_directions_at_once_on_one_connection(server, topic):
    """Full duplex: messages come in while we keep sending."""
    with WebSocket(server, f"/websocket/{topic}", protocol="pushlab.json") as client:
        client.read_json()
        for i in range(200):
            client.send_json({"ping": i})
            if i % 20 == 0:
                server.publish(topic, str(i))
        pongs, messages = [], []
        while len(pongs) < 200 or len(messages) < 10:
            value = client.read_json()
            if "pong" in value:
                pongs.append(value["pong"])
            elif "id" in value:
                messages.append(int(value["data"]))
        assert pongs == list(range(200)) and messages == list(range(0, 200, 20))


# ---- a feed without subprotocol ----

@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_a_raw_feed_takes_no_data(server, topic, opcode):
    with WebSocket(server, f"/websocket/{topic}") as client:
        client.send_frame(opcode, b"x")
        client.assert_closed(1008)
    server.await_subscribers(topic, 0)


def test_a_raw_feed_answers_pings(server, topic):
    with WebSocket(server, f"/websocket/{topic}") as client:
        client.send_frame(PING, b"x")
        assert client.read_frame().payload == b"x"


def test_a_raw_feed_gives_each_data_as_one_frame(server, topic):
    with WebSocket(server, f"/websocket/{topic}") as client:
        server.publish(topic, "text")
        server.publish(topic, b'{"a": 1}', "application/json")
        server.publish(topic, b"\x00\xff", "application/octet-stream")
        server.publish(topic, "")
        frames = [client.read_frame() for _ in range(4)]
        assert [(got.opcode, got.payload) for got in frames] == [
            (TEXT, b"text"), (TEXT, b'{"a": 1}'), (BINARY, b"\x00\xff"), (TEXT, b"")]
        assert all(got.fin for got in frames)
