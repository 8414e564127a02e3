# SPDX-License-Identifier: MIT
"""Event streams (WHATWG HTML, 9.2): fields, framing, and what must never get into them."""
import json
import socket
import sys

import pytest

from lib import http, sse
from lib.options import option
from lib.sse import Stream


DATA_SEGS_IN = 152  # of struct tcp_info (linux/tcp.h)


def first_bytes(server, path, headers=()):
    with server.connect() as connection:
        connection.send(http.build("GET", path, headers, host=server.authority))
        head = connection.read_head()
        return head, connection.read_until(b"\n\n")


# ---- the head ----

def test_the_head_of_a_stream(server, topic):
    head, _ = first_bytes(server, f"/sse/{topic}")
    assert head.status == 200
    assert head.header("content-type").split(";")[0] == "text/event-stream"
    assert head.header("content-length") is None
    assert head.header("transfer-encoding") is None
    assert "close" in head.lists("connection")
    assert set(head.lists("cache-control")) >= {"no-store", "no-transform"}
    assert head.header("x-accel-buffering") == "no"


def test_the_charset_if_said_is_utf8(server, topic):
    head, _ = first_bytes(server, f"/sse/{topic}")
    assert head.header("content-type").lower().replace(" ", "") in (
        "text/event-stream", "text/event-stream;charset=utf-8")


def test_the_stream_begins_with_retry_and_the_cursor(server, topic):
    published = server.publish(topic, "x")
    _, body = first_bytes(server, f"/sse/{topic}")
    lines = body.decode().split("\n")
    assert f"id: {published['id']}" in lines
    assert [line for line in lines if line.startswith("retry:")]
    assert len(body) < 512


def test_the_beginning_fires_no_event(server, topic):
    _, body = first_bytes(server, f"/sse/{topic}")
    assert sse.Decoder().feed(body) == []


def test_canaries_come_apart_before_the_first_heartbeat(serve):
    server = serve(*option("heartbeat", 200))
    with Stream(server, "/sse/t?canary=1") as stream:
        cursor = stream.start()
        events = [stream.next(heartbeats=True) for _ in range(4)]
        assert [(event.event, event.data) for event in events] == [
            ("canary", "200"), ("canary", "200"), ("heartbeat", ""), ("heartbeat", "")]
        assert all(event.own_id is None and event.last_id == cursor for event in events)


def test_the_first_canary_is_part_of_a_small_first_write(server, topic):
    head, body = first_bytes(server, f"/sse/{topic}?canary=1")
    assert head.status == 200 and b"canary" not in body and len(body) < 400
    with server.connect() as connection:
        connection.send(http.build("GET", f"/sse/{topic}?canary=1", host=server.authority))
        connection.read_head()
        connection.read_until(b"\n\n")
        assert connection.read_until(b"\n\n") == b"event: canary\ndata: 15000\n\n"


def first_beat(server, path, headers=()):
    """Published is nothing, so a heartbeat is all that can come."""
    with Stream(server, path, headers) as stream:
        return stream.next(heartbeats=True)


def test_who_comes_back_hears_a_heartbeat_soon(serve):
    """Something on the way may hold what comes with the head until more comes."""
    server = serve(*option("heartbeat", 3600 * 1000))
    cursor = server.publish("t", "missed")["id"]
    with Stream(server, "/sse/t") as plain, Stream(server, "/sse/t?since=now") as anew:
        for each in (plain, anew):
            each.start()
        for name in ("since", "lastEventId", "last_event_id", "lastEventID"):
            assert first_beat(server, f"/sse/t?{name}={cursor}").event == "heartbeat"
        assert first_beat(server, "/sse/t", [("Last-Event-ID", cursor)]).event == "heartbeat"
        with Stream(server, "/sse/t?since=first") as stream:
            assert [stream.next(heartbeats=True).event for _ in range(2)] == ["message", "heartbeat"]
        server.publish("t", "next")
        for each in (plain, anew):  # theirs would have come before
            assert each.next(heartbeats=True).data == "next"


def segments_until(server, path, headers, end):
    """How many segments with data the answer came in: whatever of them one read has found."""
    with server.connect() as connection:
        connection.send(http.build("GET", path, headers, host=server.authority))
        connection.read_until(end)
        info = connection.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        return int.from_bytes(info[DATA_SEGS_IN:DATA_SEGS_IN + 4], sys.byteorder)


@pytest.mark.parametrize("header", ["Via", "Forwarded", "X-Forwarded-For"])
def test_through_a_proxy_head_and_cursor_go_alone(server, topic, header):
    """Caddy compresses, and then holds, what begins with 512 bytes or more."""
    end = b"the last"
    server.publish(topic, "x" * 2000)
    server.publish(topic, end.decode())
    path, headers = f"/sse/{topic}?since=first", [(header, "for=192.0.2.7")]
    assert segments_until(server, path, [], end) == 1
    assert segments_until(server, path, headers, end) == 2
    assert segments_until(server, f"{path}&coalesce=1", headers, end) == 2


@pytest.mark.parametrize("headers", [[], [("Via", "1.1 proxy")]])
def test_a_gap_at_the_beginning_leaves_with_the_head(server, topic, headers):
    """Of unknown size it has no cursor in front of it, to which a reader could be sent back."""
    server.publish(topic, "x")
    path = f"/sse/{topic}?since=another-1&coalesce=1000"
    assert segments_until(server, path, headers, b"of another epoch\"}\n\n") == 1


@pytest.mark.parametrize("query", ["", "?canary=0", "?canary=", "?canary=yes", "?canary=11"])
def test_who_asks_for_no_canary_gets_none(serve, query):
    server = serve(*option("heartbeat", 200))
    with Stream(server, f"/sse/t{query}") as stream:
        assert stream.next(heartbeats=True).event == "heartbeat"


def test_the_retry_is_an_option(serve):
    server = serve(*option("retry", 1234))
    with Stream(server, "/sse/t") as stream:
        stream.start()
        assert stream.decoder.retry_ms == 1234


def test_a_stream_over_http_1_0(server, topic):
    with server.connect() as connection:
        connection.send(http.build("GET", f"/sse/{topic}", version="HTTP/1.0"))
        assert connection.read_head().status == 200
        connection.read_until(b"\n\n")
        server.publish(topic, "x")
        assert b"data: x\n" in connection.read_until(b"data: x\n")


@pytest.mark.parametrize("accept", ["text/event-stream", "*/*", "text/html", ""])
def test_whatever_is_accepted_the_stream_is_the_same(server, topic, accept):
    head, _ = first_bytes(server, f"/sse/{topic}", [("Accept", accept)])
    assert head.header("content-type").startswith("text/event-stream")


def test_accept_encoding_compresses_nothing(server, topic):
    head, _ = first_bytes(server, f"/sse/{topic}", [("Accept-Encoding", "gzip, deflate, br")])
    assert head.header("content-encoding") is None


@pytest.mark.parametrize("count", [2048, 4096])
def test_padding_comes_when_asked_for(server, topic, count):
    _, body = first_bytes(server, f"/sse/{topic}?pad={count}")
    decoder = sse.Decoder()
    assert decoder.feed(body) == [] and decoder.last_id
    assert count <= len(body) <= count + 512
    assert sum(map(len, decoder.comments)) >= count - 16


@pytest.mark.parametrize("value", ["-1", "x", "99999999999", "1000000"])
def test_padding_is_bounded(server, topic, value):
    with server.connect() as connection:
        connection.send(http.build("GET", f"/sse/{topic}?pad={value}", host=server.authority))
        head = connection.read_head()
        assert head.status in (200, 400)
        assert head.status == 400 or len(connection.read_until(b"\n\n")) < 1 << 17


# ---- an event ----

def test_the_lines_of_an_event(server, topic):
    with Stream(server, f"/sse/{topic}") as stream:
        stream.start()
        published = server.publish(topic, "a\nb", event="tick")
        raw = stream.connection.read_until(b"\n\n")
        assert raw.decode() == f"id: {published['id']}\nevent: tick\ndata: a\ndata: b\n\n"


@pytest.mark.parametrize("data, lines", [
    ("", [""]), ("\n", ["", ""]), ("a\n", ["a", ""]), ("a\rb", ["a", "b"]), ("a\r\nb", ["a", "b"]),
    ("a\n\rb", ["a", "", "b"]), (" a", [" a"]), (":", [":"]), ("\n\n", ["", "", ""]),
    ("id: 1", ["id: 1"]), ("a\n\nid: 1\n\ndata: b", ["a", "", "id: 1", "", "data: b"])])
def test_data_is_split_at_every_kind_of_line_end(server, topic, data, lines):
    with Stream(server, f"/sse/{topic}") as stream:
        stream.start()
        published = server.publish(topic, data)
        event = stream.next()
        assert event.data == "\n".join(lines)
        assert event.own_id == published["id"] and event.event == "message"


def test_an_empty_message_still_fires(server, topic):
    with Stream(server, f"/sse/{topic}") as stream:
        stream.start()
        server.publish(topic, "")
        server.publish(topic, b"", "application/octet-stream")
        assert stream.next().data == "" and stream.next().data == ""


def test_nothing_that_is_published_becomes_a_field(server, topic):
    evil = "x\n\nid: forged\nevent: gap\nretry: 1\ndata: y\r\rid: forged\r\n\r\nid: forged"
    with Stream(server, f"/sse/{topic}") as stream:
        stream.start()
        retry = stream.decoder.retry_ms
        published = server.publish(topic, evil)
        event = stream.next()
        assert event.own_id == published["id"] and event.event == "message"
        assert stream.decoder.retry_ms == retry


def test_a_byte_order_mark_in_the_data_is_kept(server, topic):
    with Stream(server, f"/sse/{topic}?since=first") as stream:
        server.publish(topic, "\ufeffx")
        assert stream.next().data == "\ufeffx"


def test_a_message_of_1_mib_is_one_event(server, topic):
    text = "0123456789abcde\n" * (1 << 16)
    with Stream(server, f"/sse/{topic}") as stream:
        stream.start()
        server.publish(topic, text)
        assert stream.next().data == text


def test_json_is_given_as_it_was_published(server, topic):
    with Stream(server, f"/sse/{topic}") as stream:
        stream.start()
        server.publish(topic, b' {"n": 9007199254740993}', "application/json")
        assert stream.next().data == ' {"n": 9007199254740993}'


def test_binary_is_given_as_base64(server, topic):
    with Stream(server, f"/sse/{topic}") as stream:
        stream.start()
        server.publish(topic, b"\x00\xff\xfe", "application/octet-stream")
        assert stream.next().data == "AP/+"


def test_format_json_gives_the_json_message(server, topic):
    with Stream(server, f"/sse/{topic}?format=json") as stream:
        stream.start()
        published = server.publish(topic, "a\r\nb", event="tick")
        event = stream.next()
        message = json.loads(event.data)
        assert event.own_id == message["id"] == published["id"]
        assert (message["data"], message["event"], message["type"]) == ("a\r\nb", "tick", "text")


# ---- ids ----

def test_every_message_has_its_id_and_no_id_is_ever_empty(server, topic):
    ids = []
    with Stream(server, f"/sse/{topic}") as stream:
        stream.start()
        for text in ("a", "", "c"):
            ids.append(server.publish(topic, text)["id"])
        assert [stream.next().own_id for _ in range(3)] == ids


@pytest.mark.parametrize("value", ["", "   ", "nonsense", "0", "-1x", "1-2-3", "\u00e9", '"a-1"',
                                   "zzzz-1", "zzzz-99999999999999999999", "a" * 4000, "NaN",
                                   "9223372036854775807", "null", "undefined", "[object Object]"])
def test_whatever_last_event_id_says_the_stream_opens(server, topic, value):
    head = server.publish(topic, "x")["id"]
    with Stream(server, f"/sse/{topic}",
                [("Last-Event-ID", value.encode().decode("latin-1"))]) as stream:
        assert stream.response.status == 200
        start = stream.start()
        if not value.strip():
            assert start == head
        else:  # in front of the gap: what it came with, or what no log has
            assert start == (value if value == "zzzz-1" else "0-0")
            gap = stream.next()
            assert gap.event == "gap" and json.loads(gap.data)["count"] is None
            assert gap.own_id == head.rpartition("-")[0] + "-0"
            assert stream.next().data == "x"


def test_a_last_event_id_of_1_mb_is_431(server, topic):
    with server.connect() as connection:
        connection.send_as_far_as_possible(
            http.build("GET", f"/sse/{topic}", [("Last-Event-ID", "1" * (1 << 20))]))
        assert connection.read_response().status == 431
        connection.read_to_end()


def test_the_id_of_another_topic_tells_nothing_of_it(server, topic):
    secret = server.publish(topic + "-secret", "secret")["id"]
    server.publish(topic, "x")
    with Stream(server, f"/sse/{topic}", [("Last-Event-ID", secret)]) as stream:
        assert stream.next().event == "gap"
        assert stream.next().data == "x"
        assert "secret" not in stream.decoder.last_id


def test_a_browser_that_reconnects_again_and_again_loses_nothing(server, topic):
    """As an EventSource does it: the same URL, with the last ID as it has it."""
    last_id, seen = None, []
    for number in range(20):
        headers = [("Last-Event-ID", last_id)] if last_id else []
        with Stream(server, f"/sse/{topic}", headers) as stream:
            stream.start()
            server.publish(topic, str(number))
            seen.append(int(stream.next().data))
            last_id = stream.decoder.last_id
        server.publish(topic, str(number + 100))
    with Stream(server, f"/sse/{topic}", [("Last-Event-ID", last_id)]) as stream:
        seen.append(int(stream.next().data))
    # Each connection first gives what came while nobody was there.
    assert seen[0] == 0 and seen[1] == 100 and len(seen) == 21


# ---- the path of bytes ----

def test_one_stream_is_one_order_with_no_event_torn(server, topic):
    with Stream(server, f"/sse/{topic}", receive_buffer=4096) as stream:
        stream.start()
        texts = [f"{i}:" + "x" * (i * 997 % 20_000) for i in range(100)]
        server.publish_many(topic, texts)
        assert [stream.next().data for _ in texts] == texts


def test_bytes_sent_on_a_stream_do_no_harm(server, topic):
    with Stream(server, f"/sse/{topic}") as stream:
        stream.start()
        stream.connection.send_as_far_as_possible(b"GET /healthz HTTP/1.1\r\n\r\n" + b"\0" * 10_000)
        server.assert_serves()
