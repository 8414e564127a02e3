# SPDX-License-Identifier: MIT
"""Paths are matched exactly; nothing is ever read from a path; HEAD, ETag, no reply splitting."""
import pytest

from lib import http
from lib.options import option

NOT_FOUND = ["/nowhere", "/short_pollution/x", "/long_polling/x", "/sse2/x", "/websockets/x",
             "/publishing/x", "/publish", "/healthz/", "/healthz/x", "/healthzx",
             "/stats/x", "/statsx", "/topics/", "/time/1", "/transports/sse", "/metrics/",
             "/Healthz", "/SSE/x", "/index.htm", "/.git/HEAD",
             "/.git/config", "/favicon.ico/x", "//healthz", "/./healthz", "/x/../healthz"]
NOT_FOUNDISH = ["/publish/", "/publish/a/b", "/short_poll/a/b", "/short_poll/", "/short_poll",
                "/sse", "/sse/", "/long_poll/%zz", "/sse/a%00b", "/sse/a%20b"]
TRAVERSALS = [
    "/../../../../etc/passwd", "/..", "/../", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/%252e%252e/%252e%252e/etc/passwd", "/..%2fetc/passwd",
    "/..\\..\\etc\\passwd", "/..%5c..%5cetc%5cpasswd", "//etc/passwd", "///etc/passwd",
    "/etc/passwd%00.html", "/%00", "/index.html%00", "/transports/%2e%2e/%2e%2e/etc/passwd",
    "/....//....//etc/passwd", "/.%2e/.%2e/etc/passwd", "/%c0%ae%c0%ae/etc/passwd",
    "/proc/self/environ", "/dev/zero", "/transports/../server/main.c", "/README.md",
    "/" + "a/" * 1900, "/" + "../" * 1300 + "etc/passwd", "/file:///etc/passwd", "/%",
    "/%zz", "/%2", "/a%0d%0aX-Evil:1", "/short_poll/..", "/short_poll/.", "/short_poll/%2e%2e",
    "/sse/..%2f..", "/publish/..",
]


@pytest.mark.parametrize("path", NOT_FOUND)
def test_a_path_that_is_not_a_route_is_404(server, path):
    assert server.get(path).status == 404


@pytest.mark.parametrize("path", NOT_FOUNDISH)
def test_a_path_of_a_route_with_a_bad_topic_is_refused(server, path):
    assert server.get(path).status in (400, 404, 405)


@pytest.mark.parametrize("path", TRAVERSALS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_no_path_leads_to_a_file(server, method, path):
    answer = server.ask(method, path, [], b"x" if method == "POST" else None)
    assert answer.status in (400, 404, 405, 414), answer
    assert b"root:" not in answer.body and b"PATH=" not in answer.body


SPLITS = ["%0d%0aX-Evil:%201", "%0aX-Evil:1", "%0dX-Evil:1", "%00%0d%0aX-Evil:1",
          "%e5%98%8a%e5%98%8dX-Evil:1"]


@pytest.mark.parametrize("text", SPLITS)
@pytest.mark.parametrize("path", ["/short_poll/t?since={}", "/short_poll/{}", "/nowhere{}",
                                  "/sse/t?since={}", "/?x={}", "/long_poll/t?wait={}",
                                  "/short_poll?topics=a,{}", "/publish/{}"])
def test_nothing_from_the_query_becomes_a_header(server, path, text):
    with server.connect() as connection:
        connection.send(http.build("GET", path.format(text)))
        head = connection.read_head()
        assert not [name for name, _ in head.headers if "evil" in name]


def test_nothing_from_a_header_becomes_a_header(server):
    answer = server.get("/short_poll/t?since=now", ("Origin", "http://localhost\tX-Evil: 1"),
                        ("If-None-Match", '"\t'), ("Last-Event-ID", "now"))
    assert not [name for name, _ in answer.headers if "evil" in name]


# ---- HEAD ----

PAGES = ["/", "/transports", "/topics", "/stats", "/metrics", "/healthz", "/time", "/lab",
         "/nowhere"]


@pytest.mark.parametrize("path", [*PAGES, "/short_poll/t?since=now", "/long_poll/t?wait=0&since=now"])
def test_head_has_the_head_of_get_and_no_body(server, path):
    with server.connect() as connection:
        got = connection.ask("GET", path)
        head = connection.ask("HEAD", path)
        assert head.status == got.status
        assert {name for name, _ in head.headers} == {name for name, _ in got.headers}
        assert head.header("content-type") == got.header("content-type")
        assert connection.ask("GET", "/healthz").status == 200, "a body came behind the head"


def test_head_of_a_long_poll_is_not_held(server, topic):
    head = server.head_cursor(topic)
    answer = server.ask("HEAD", f"/long_poll/{topic}?since={head}&wait=60", timeout=5)
    assert answer.status == 200


def test_head_does_not_publish(server, topic):
    assert server.ask("HEAD", f"/publish/{topic}").status == 405
    assert topic not in server.topics()


# ---- pages: ETag, Range ----

def test_a_page_that_has_an_etag_answers_304_to_it(server):
    page = server.get("/")
    etag = page.header("etag")
    assert etag, "pages are validated by ETag"
    again = server.get("/", ("If-None-Match", etag))
    assert again.status == 304 and again.body == b""
    assert server.get("/", ("If-None-Match", '"other"')).status == 200
    assert server.get("/", ("If-None-Match", f'"other", {etag}')).status == 304


@pytest.mark.parametrize("value", ["bytes=0-0", "bytes=0-,0-,0-,0-", "bytes=-1", "bytes=5-1",
                                   "bytes=" + ",".join("0-" for _ in range(1000)), "lines=1-2"])
def test_ranges_are_answered_sensibly_and_never_multiplied(server, value):
    whole = server.get("/")
    answer = server.get("/", ("Range", value))
    assert answer.status in (200, 206, 416)
    assert len(answer.body) <= len(whole.body)


# ---- the short poll as a resource ----

def test_a_short_poll_has_its_cursor_as_etag(server, topic):
    server.publish(topic, "x")
    answer = server.get(f"/short_poll/{topic}?since=now")
    assert answer.header("etag") == f'"{answer.json()["next"]}"'


@pytest.mark.parametrize("form", ['"{}"', 'W/"{}"', '"other", "{}"'])
def test_nothing_new_is_304(server, topic, form):
    head = server.publish(topic, "x")["id"]
    answer = server.get(f"/short_poll/{topic}?since={head}", ("If-None-Match", form.format(head)))
    assert answer.status == 304 and answer.body == b""
    assert answer.header("pushlab-next") == head
    assert answer.header("etag") == f'"{head}"'


def test_nothing_new_is_304_for_head_and_in_any_line(server, topic):
    head = server.publish(topic, "x")["id"]
    with server.connect() as connection:
        for method in ("HEAD", "GET"):
            answer = connection.ask(method, f"/short_poll/{topic}?since={head}",
                                    [("If-None-Match", '"a,b"'), ("If-None-Match", f'"{head}"')])
            assert answer.status == 304, method


@pytest.mark.parametrize("form", ['"{}"', 'W/"{}"', '"other,", "{}"'])
def test_nothing_new_in_many_topics_is_304(server, topic, form):
    path = f"/short_poll?topics={topic},{topic}.b&since="
    server.publish(topic, "x")
    etag = server.get(path + "now").header("etag")
    known = ("If-None-Match", form.format(etag.strip('"')))
    assert "," in etag and server.get(path + etag.strip('"'), known).status == 304
    server.publish(topic, "y")
    assert server.get(path + etag.strip('"'), known).status == 200


def test_if_none_match_alone_says_where_to_go_on(server, topic):
    head = server.publish(topic, "x")["id"]
    assert server.get(f"/short_poll/{topic}", ("If-None-Match", f'"{head}"')).status == 304


def test_something_new_is_200(server, topic):
    before = server.head_cursor(topic)
    server.publish(topic, "x")
    answer = server.get(f"/short_poll/{topic}?since={before}", ("If-None-Match", f'"{before}"'))
    assert answer.status == 200 and answer.json()["messages"][0]["data"] == "x"


def test_a_gap_is_never_304(server, topic):
    server.publish(topic, "x")
    answer = server.get(f"/short_poll/{topic}?since=zzzz-9", ("If-None-Match", '"zzzz-9"'))
    assert answer.status == 200 and "gap" in answer.json()


@pytest.mark.parametrize("how", ["short_poll", "sse"])
def test_the_cursor_of_as_many_topics_as_may_be_is_taken_back(serve, how):
    server = serve(*option("target", 16_384), *option("head", 32_768))
    topics = ",".join(f"{number:x<128}" for number in range(10, 42))
    cursor = server.get(f"/short_poll?topics={topics}&since=now").header("pushlab-next")
    with server.connect() as connection:
        connection.send(http.build("GET", f"/{how}?topics={topics}&since={cursor}"))
        assert connection.read_head().status == 200
        first = connection.read_until(b"}" if how == "short_poll" else b"\n\n")
        assert cursor.encode() in first and b"gap" not in first
        if how == "sse":
            server.publish(topics[:128], "x")
            assert b"gap" not in connection.read_until(b"data: ")


# ---- limit, wait ----

def test_a_batch_is_cut_at_limit_and_next_follows_the_last_given(server, topic):
    ids = [answer["id"] for answer in server.publish_many(topic, "abcde")]
    batch = server.get(f"/short_poll/{topic}?since=first&limit=2").json()
    assert [message["data"] for message in batch["messages"]] == ["a", "b"]
    assert batch["next"] == ids[1]


def test_a_batch_has_100_messages_unless_told(server, topic):
    server.publish_many(topic, map(str, range(150)))
    assert len(server.get(f"/short_poll/{topic}?since=first").json()["messages"]) == 100
    assert len(server.get(f"/short_poll/{topic}?since=first&limit=1000").json()["messages"]) == 150


@pytest.mark.parametrize("how", ["short_poll", "long_poll"])
@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", "1e2", "99999999999999999999"])
def test_other_limits_are_400(server, topic, how, limit):
    answer = server.get(f"/{how}/{topic}?since=first&wait=0&limit={limit}")
    assert answer.status == 400 and "limit" in answer.json()["error"]


def test_a_batch_is_cut_at_1_mib_but_holds_one_message(server, topic):
    for _ in range(4):
        server.publish(topic, "x" * 400_000)
    server.publish(topic, "y" * (1 << 20))
    batch = server.get(f"/short_poll/{topic}?since=first").json()
    assert 1 <= len(batch["messages"]) <= 3
    last = server.get(f"/short_poll/{topic}?since=-1").json()
    assert len(last["messages"]) == 1 and len(last["messages"][0]["data"]) == 1 << 20


@pytest.mark.parametrize("wait", ["-1", "121", "x", "99999999999999999999", "1s"])
def test_other_waits_are_400(server, topic, wait):
    answer = server.get(f"/long_poll/{topic}?since=now&wait={wait}")
    assert answer.status == 400 and "wait" in answer.json()["error"]


@pytest.mark.parametrize("since", ["now", "first", "-5", "head"])
def test_a_long_poll_is_held_while_there_is_no_message(server, topic, since):
    since = server.head_cursor(topic) if since == "head" else since
    with server.connect() as connection:
        connection.send(http.build("GET", f"/long_poll/{topic}?since={since}&wait=60"))
        server.await_subscribers(topic, 1)
        assert not connection.poll()
        published = server.publish(topic, "x")
        assert published["subscribers"] == 1
        batch = connection.read_response().json()
        assert [message["id"] for message in batch["messages"]] == [published["id"]]
        assert batch["next"] == published["id"]


def test_a_long_poll_without_since_is_answered_at_once(server, topic):
    assert server.get(f"/long_poll/{topic}?wait=60").json()["messages"] == []
    server.publish_many(topic, "ab")
    batch = server.get(f"/long_poll/{topic}?wait=60").json()
    assert [message["data"] for message in batch["messages"]] == ["b"]


def test_wait_0_equals_a_short_poll(server, topic):
    server.publish_many(topic, "ab")
    for query in ("since=now", "since=first", "since=-1", ""):
        held = server.get(f"/long_poll/{topic}?wait=0&{query}").json()
        assert held == server.get(f"/short_poll/{topic}?{query}").json()


def test_a_short_poll_without_since_gives_the_newest_message(server, topic):
    assert server.get(f"/short_poll/{topic}").json()["messages"] == []
    server.publish_many(topic, "ab")
    batch = server.get(f"/short_poll/{topic}").json()
    assert [message["data"] for message in batch["messages"]] == ["b"]


def test_equal_long_polls_share_one_answer(server, topic):
    connections = [server.connect() for _ in range(50)]
    for number, connection in enumerate(connections):
        connection.send(http.build("GET", f"/long_poll/{topic}?since=now&client={number}"))
    server.await_subscribers(topic, 50)
    server.publish(topic, "x")
    bodies = {connection.read_response().body for connection in connections}
    assert len(bodies) == 1
    for connection in connections:
        connection.close()


def test_the_batch_has_exactly_its_members(server, topic):
    server.publish(topic, "x")
    server.publish(topic, "y", event="e")
    batch = server.get(f"/short_poll/{topic}?since=first").json()
    assert list(batch) == ["topic", "next", "messages"]
    plain, named = batch["messages"]
    assert set(plain) == {"id", "seq", "time", "type", "data"}
    assert set(named) == {"id", "seq", "time", "event", "type", "data"}
    assert isinstance(plain["id"], str) and isinstance(plain["seq"], int)
