# SPDX-License-Identifier: MIT
"""POST /publish/TOPIC: types, validity, sizes, rights, rate."""
import json
import time

import pytest

from lib import http
from lib.options import option
from lib.server import SANITIZED, Server, with_defaults

LIMIT = 1 << 20


def post(server, topic, data, content_type=None, *headers):
    headers = list(headers) + ([("Content-Type", content_type)] if content_type is not None else [])
    return server.ask("POST", f"/publish/{topic}", headers, data)


def assert_refused(answer, *statuses):
    """An error says in JSON what to do."""
    assert answer.status in statuses, answer
    assert answer.header("content-type").startswith("application/json")
    assert answer.json()["error"]


# ---- the answer ----

def test_the_acknowledgement(server, topic):
    answer = post(server, topic, b"x", "text/plain")
    assert answer.status == 200
    assert answer.header("content-type").startswith("application/json")
    assert set(answer.json()) == {"id", "seq", "subscribers"}
    assert answer.json()["seq"] == 1 and answer.json()["subscribers"] == 0


def test_what_is_acknowledged_is_in_the_log(server, topic):
    for number in range(50):
        acknowledged = post(server, topic, b"%d" % number).json()
        assert server.get(f"/short_poll/{topic}").json()["next"] == acknowledged["id"]


# ---- types ----

@pytest.mark.parametrize("content_type, data, kind", [
    ("text/plain", b"x", "text"),
    ("text/plain; charset=utf-8", "é".encode(), "text"),
    ("application/x-www-form-urlencoded", b"a=b&c", "text"),
    (None, b"x", "text"),
    ("", b"x", "text"),
    ("text/html", b"<p>", "text"),
    ("nonsense", b"x", "text"),
    ("multipart/form-data; boundary=x", b"--x--", "text"),
    ("text/plain", b"\xff\xfe", "binary"),
    ("text/plain", b"\xed\xa0\x80", "binary"),
    ("application/x-www-form-urlencoded", b"\xc0\xaf", "binary"),
    (None, b"\x80", "binary"),
    ("text/plain", b"", "text"),
    ("text/plain", b"a\0b", "text"),
    ("application/octet-stream", b"x", "binary"),
    ("APPLICATION/OCTET-STREAM", b"x", "binary"),
    ("image/png", b"\x89PNG", "binary"),
    ("application/octet-stream", b"", "binary"),
    ("application/json", b"{}", "json"),
    ("application/json; charset=utf-8", b"[1]", "json"),
    ("Application/JSON", b"1", "json"),
    ("application/json;charset=UTF-8", b'"x"', "json"),
])
def test_the_content_type_decides_the_type(server, topic, content_type, data, kind):
    assert post(server, topic, data, content_type).status == 200
    assert server.history(topic)[0]["type"] == kind


def test_a_publication_without_a_body_is_empty_text(server, topic):
    with server.connect() as connection:
        connection.send(http.build("POST", f"/publish/{topic}"))
        answer = connection.read_response()
    assert answer.status in (200, 411)
    if answer.status == 200:
        assert server.history(topic)[0]["data"] == ""


# ---- JSON ----

GOOD_JSON = [
    b"null", b"true", b"false", b"0", b"-0", b"1.5e+10", b'""', b"[]", b"{}", b" \t\r\n{} \n",
    b"9007199254740993", b"1.00000000000000000001", b"0.1e1",
    rb'"\u0000"', rb'"\u00e9"', rb'"\ud83d\ude00"', '"é長🏳"'.encode(), rb'"\"\\\/\b\f\n\r\t"',
    b"[" * 100 + b"]" * 100, b'{"a":{"a":{"a":1}}}', b'{"a":1,"A":2}', b'{"":1}',
    b"[" + b"0," * 500_000 + b"0]", b'{"__proto__":1,"constructor":2}', b'"\x7f"',
]


@pytest.mark.parametrize("data", GOOD_JSON, ids=lambda data: repr(data[:20]))
def test_valid_json_is_kept_byte_for_byte(server, topic, data):
    before = server.memory_bytes()
    assert post(server, topic, data, "application/json").status == 200
    raw = server.get(f"/short_poll/{topic}?since=first").body
    assert b'"data":' + data + b"}" in raw
    assert SANITIZED or server.memory_bytes() - before < 40 << 20


BAD_JSON = {
    "empty": b"", "white space": b" ", "word": b"hello", "cut": b'{"a":', "cut string": b'"a',
    "cut array": b"[1,", "cut literal": b"tru", "trailing word": b"{} x", "two values": b"1 2",
    "two objects": b"{}{}", "trailing nul": b"{}\0", "nul": b"\0", "nul in a string": b'"\0"',
    "trailing comma": b"[1,]", "leading comma": b"[,1]", "trailing comma in an object": b'{"a":1,}',
    "no colon": b'{"a" 1}', "no value": b'{"a":}', "number as key": b"{1:2}", "bare key": b"{a:1}",
    "single quotes": b"'a'", "comment": b"[1]//x", "block comment": b"/**/1", "plus": b"+1",
    "leading zero": b"01", "minus zero one": b"-01", "point at the end": b"1.", "point first": b".5",
    "empty exponent": b"1e", "signed empty exponent": b"1e+", "hexadecimal": b"0x10", "NaN": b"NaN",
    "Infinity": b"Infinity", "-Infinity": b"-Infinity", "minus": b"-", "True": b"True",
    "raw line feed": b'"a\nb"', "raw tab": b'"a\tb"', "raw control": b'"\x01"',
    "bad escape": rb'"\x41"', "cut escape": rb'"\u12"', "bad hexadecimal": rb'"\uzzzz"',
    "escape at the end": b'"\\', "byte order mark": b"\xef\xbb\xbf{}", "vertical tab": b"\x0b1",
    "no-break space": "\u00a01".encode(), "invalid utf-8": b'"\xff"', "overlong": b'"\xc0\xaf"',
    "overlong nul": b'"\xc0\x80"', "surrogate": b'"\xed\xa0\x80"', "cut utf-8": b'"\xe2\x82"',
    "utf-16": '{"a":1}'.encode("utf-16"), "latin-1": '"é"'.encode("latin-1"),
    "same key twice": b'{"a":1,"a":2}', "same key twice, escaped": rb'{"a":1,"\u0061":2}',
    "same key twice, nested": b'[{"b":{"a":1,"a":2}}]',
    "open brackets": b"[" * 1000, "wrong bracket": b"[1}", "closing bracket": b"]",
    "depth 1001": b"[" * 1001 + b"]" * 1001,
    "depth 10^5 of objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "depth 500,000": b"[" * 500_000 + b"]" * 500_000,
}


@pytest.mark.parametrize("name", BAD_JSON)
def test_invalid_json_is_400(server, topic, name):
    assert_refused(post(server, topic, BAD_JSON[name], "application/json"), 400)
    assert server.history(topic) == []


DOUBTFUL_JSON = [rb'"\ud800"', rb'"\udc00"', rb'"\ud800\u0041"', rb'"\ude00\ud83d"', b"1e999",
                 b"-1E-999", b"1" + b"0" * 100_000]


@pytest.mark.parametrize("data", DOUBTFUL_JSON, ids=lambda data: repr(data[:20]))
def test_what_not_every_reader_takes_is_refused_or_kept_as_written(server, topic, data):
    answer = post(server, topic, data, "application/json")
    if answer.status == 200:
        assert data in server.get(f"/short_poll/{topic}?since=first").body
    else:
        assert_refused(answer, 400)


# ---- names ----

@pytest.mark.parametrize("name", ["a", "A-Z.a_z~0", "-", "_", "...", "0", "x" * 128, "a~", "-1"])
def test_a_good_name_is_taken(server, name):
    assert post(server, name, b"x").status == 200
    assert name in server.topics()


@pytest.mark.parametrize("name", ["", ".", "..", "x" * 129, "a%20b", "a%00b", "%00", "a%2fb", "a/b",
                                  "a,b", "a:b", "%c3%a9", "a%0ab", "a+b", "a*", "%2e%2e", "%2E", "%",
                                  "a%", "a%4", "a%zz", "x" * 3000, "a;b", "a=b", "a@b", "%7ea%20"])
def test_a_bad_name_is_400(server, name):
    answer = post(server, name, b"x")
    assert answer.status in ((400, 404) if name in ("", ".", "..") else (400,)), answer
    assert answer.json()["error"]


@pytest.mark.parametrize("name", ["~", "~x", "~echo", "%7Ex"])
def test_the_servers_own_topics_are_403(server, name):
    assert_refused(post(server, name, b"x"), 403)


def test_an_escaped_name_is_the_same_topic(server, topic):
    post(server, topic, b"1")
    escaped = "".join(f"%{ord(letter):02X}" for letter in topic)
    assert post(server, escaped, b"2").json()["seq"] == 2


@pytest.mark.parametrize("a, b", [("a_b", "a-b"), ("a.b", "a_b"), ("A", "a"), ("a", "a~"),
                                  ("sse_x", "sse-x")])
def test_names_that_look_alike_are_different_topics(server, topic, a, b):
    first, second = f"{topic}.{a}", f"{topic}.{b}"
    post(server, first, b"1")
    assert server.history(second) == []


# ---- events ----

@pytest.mark.parametrize("event", ["heartbeat", "gap", "ready", "bye", "open", "error", "message"])
def test_reserved_events_are_400(server, topic, event):
    assert_refused(post(server, topic, b"x", None, ("Pushlab-Event", event)), 400)


@pytest.mark.parametrize("event", ["x" * 65, "é" * 65, "\xff", "a\tb", "\u0085"])
def test_other_bad_events_are_400(server, topic, event):
    value = event if event == "\xff" else event.encode().decode("latin-1")
    assert_refused(post(server, topic, b"x", None, ("Pushlab-Event", value)), 400)
    assert server.history(topic) == []


@pytest.mark.parametrize("control", [b"\r", b"\n", b"\0", b"\x01", b"\x1b", b"\x7f"])
def test_a_control_character_in_the_event_header_is_400(server, topic, control):
    with server.connect() as connection:
        connection.send(b"POST /publish/%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
                        b"Pushlab-Event: a%sid: 1\r\n\r\nx" % (topic.encode(), control))
        assert connection.read_response().status == 400
    assert server.history(topic) == []


@pytest.mark.parametrize("event", ["Heartbeat", "gap2", "é" * 64, "a b", "x" * 64])
def test_near_misses_are_good_events(server, topic, event):
    header = ("Pushlab-Event", event.encode().decode("latin-1"))
    assert post(server, topic, b"x", None, header).status == 200
    assert server.history(topic)[0]["event"] == event


# ---- sizes ----

@pytest.mark.parametrize("size", [LIMIT - 1, LIMIT])
def test_up_to_the_limit_is_taken(server, topic, size):
    assert post(server, topic, b"x" * size, "application/octet-stream").status == 200


def test_over_the_limit_is_413(server, topic):
    with server.connect() as connection:
        connection.send_as_far_as_possible(
            http.build("POST", f"/publish/{topic}", body=b"x" * (LIMIT + 1)))
        assert_refused(connection.read_response(), 413)
        connection.assert_closed_cleanly()


def test_the_limit_is_an_option(serve):
    server = serve(*option("publish", 100))
    assert post(server, "t", b"x" * 100).status == 200
    assert_refused(post(server, "t", b"x" * 101), 413)


# ---- methods ----

@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_only_post_publishes(server, topic, method):
    answer = server.ask(method, f"/publish/{topic}")
    assert answer.status == 405
    assert "post" in answer.lists("allow")
    assert topic not in server.topics()


# ---- token ----

CANARY = "canary-2718281828"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    token = tmp_path_factory.mktemp("token") / "token"
    token.write_text(CANARY + "\n", encoding="ascii")
    with Server(*with_defaults(["--publish-token", str(token)])) as server:
        yield server


def authorized(value):
    return ("Authorization", value)


def test_the_right_token_publishes(guarded):
    assert post(guarded, "t", b"x", None, authorized(f"Bearer {CANARY}")).status == 200
    assert post(guarded, "t", b"x", None, authorized(f"bearer {CANARY}")).status in (200, 401)


def test_no_token_is_401(guarded):
    answer = post(guarded, "t", b"x")
    assert_refused(answer, 401)
    assert answer.header("www-authenticate", "").lower().startswith("bearer")


@pytest.mark.parametrize("value", [
    "Bearer wrong", "Bearer", "Bearer ", f"Basic {CANARY}", CANARY, f"Bearer {CANARY}x",
    f"Bearer {CANARY[:-1]}", f"Bearer  x{CANARY}", f"Bearer {CANARY.upper()}", "Bearer " + "a" * 4000,
    f"Bearer {CANARY} {CANARY}", "Bearer *", "Bearer null"])
def test_a_wrong_token_is_401_or_403(guarded, value):
    assert_refused(post(guarded, "t", b"x", None, authorized(value)), 401, 403)


def test_reading_needs_no_token(guarded):
    assert guarded.get("/short_poll/t").status == 200


def test_a_token_in_the_query_does_not_count(guarded):
    for name in ("token", "access_token", "authorization"):
        answer = guarded.ask("POST", f"/publish/t?{name}={CANARY}", [], b"x")
        assert_refused(answer, 401, 403)


def test_the_token_shows_up_nowhere(guarded):
    seen = [post(guarded, "t", b"x", None, authorized(f"Bearer {CANARY}")),
            post(guarded, "t", b"x", None, authorized(f"Bearer {CANARY}x")),
            guarded.ask("POST", f"/publish/t?token={CANARY}", [], b"x")]
    seen += [guarded.get(path) for path in ("/", "/stats", "/metrics", "/topics", "/transports",
                                            "/healthz", "/short_poll/t?since=first")]
    for answer in seen:
        assert CANARY not in repr(answer.headers) and CANARY.encode() not in answer.body
    assert CANARY.encode() not in guarded.errors()


# ---- pages of other sites, and rates ----

@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded",
                                          "multipart/form-data; boundary=x", "application/json"])
def test_a_form_on_another_site_cannot_publish(server, topic, content_type):
    answer = post(server, topic, b"1", content_type, ("Origin", "http://evil.example"))
    assert_refused(answer, 403)
    assert server.history(topic) == []


def test_too_many_publications_are_429_with_retry_after(serve):
    server = serve(*option("publish rate", 10))
    with server.connect() as connection:
        answers = [connection.ask("POST", "/publish/t", [], b"x", server.authority)
                   for _ in range(50)]
        statuses = [answer.status for answer in answers]
        assert statuses[0] == 200 and 429 in statuses and set(statuses) == {200, 429}
        refused = answers[statuses.index(429)]
        assert_refused(refused, 429)
        assert 1 <= int(refused.header("retry-after")) <= 60
    started = time.monotonic()
    while post(server, "t", b"x").status != 200:
        assert time.monotonic() - started < 10, "it never recovers"


def test_reading_is_not_limited_by_the_rate(serve):
    server = serve(*option("publish rate", 1))
    for _ in range(50):
        assert server.get("/short_poll/t").status == 200


def test_errors_are_json_even_for_strange_bytes(server):
    answer = post(server, "t", b'{"\x00\xff</script>"', "application/json")
    json.loads(answer.body.decode("utf-8"))
    assert answer.status == 400
