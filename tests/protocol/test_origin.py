# SPDX-License-Identifier: MIT
"""Who may read and publish from a page: Origin, CORS, Host. Programs send no Origin and pass."""
import pytest

from lib import http, websocket

SERVER_OPTIONS = ["--lab", "--origin", "https://listed.example", "--origin",
                  "https://*.wild.example:8443", "--public", "open"]
ALLOWED = "access-control-allow-origin"


def own(server, scheme="http", host=None):
    return f"{scheme}://{host or '127.0.0.1'}:{server.port}"


def same(server):
    """Origins that count as the server's own."""
    return [own(server), own(server, host="localhost"), own(server, host="[::1]"),
            own(server, "https"), own(server, host="LocalHost")]


LISTED = ["https://listed.example", "https://a.wild.example:8443", "https://b-2.wild.example:8443"]
FOREIGN = [
    "http://evil.example", "https://evil.example", "http://localhost.evil.example",
    "http://localhost", "http://localhost:1", "http://127.0.0.1:1", "http://127.0.0.2:{port}",
    "http://127.0.0.1.evil.example:{port}", "http://evil.example:{port}", "null", "NULL", "",
    "localhost:{port}", "//localhost:{port}", "file://", "data:", "http://", "http://localhost:{port}x",
    "http://localhost:{port}/", "http://localhost:{port}/x", "http://user@localhost:{port}",
    "http://evil.example#@localhost:{port}", "http://localhost:{port} http://evil.example",
    "http://localhost:0{port}", "http://evil.example,http://localhost:{port}",
    "ftp://localhost:{port}", "http://xlocalhost:{port}", "http://localhostx:{port}",
    "http://2130706433:{port}", "http://0x7f.1:{port}",
    "http://listed.example", "https://listed.example:444", "https://xlisted.example",
    "https://listed.example.evil.example", "https://evil.example/https://listed.example",
    "https://sub.listed.example", "https://listed.exampl", "https://wild.example:8443",
    "https://a.b.wild.example:8443", "https://.wild.example:8443", "https://a.wild.example",
    "https://evil.example:8443/.wild.example:8443", "https://evil.example:.wild.example:8443",
    "https://evil@.wild.example:8443", "https://a.wild.example:84430",
    "chrome-extension://abcdefgh", "https://listed.example\u00e9",
]


def with_port(server, origin):
    return origin.replace("{port}", str(server.port)).encode().decode("latin-1")


def upgrade(server, origin, topic="t", **how):
    with server.connect() as connection:
        headers = [] if origin is None else [("Origin", origin)]
        connection.send(websocket.handshake(f"/websocket/{topic}", server.authority, headers, **how))
        return connection.read_response().status


def publish(server, origin, topic="t"):
    headers = [] if origin is None else [("Origin", origin)]
    return server.ask("POST", f"/publish/{topic}", headers, b"x")


def feeds(server, origin, topic="t"):
    """The heads that the HTTP transports answer with."""
    answers = []
    for name in ("short_poll", "long_poll", "sse", "ndjson"):
        with server.connect() as connection:
            connection.send(http.build("GET", f"/{name}/{topic}?wait=0", [("Origin", origin)],
                                       host=server.authority))
            answers.append(connection.read_head())
    return answers


# ---- programs ----

def test_without_an_origin_everything_passes(server):
    assert publish(server, None).status == 200
    assert upgrade(server, None) == 101
    assert server.get("/short_poll/t").header(ALLOWED) is None


# ---- the own origin, and listed ones ----

@pytest.mark.parametrize("index", range(5))
def test_the_same_origin_passes(server, index):
    origin = same(server)[index]
    assert publish(server, origin).status == 200
    assert upgrade(server, origin) == 101


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_the_three_names_of_loopback_count_as_one(server, host):
    for other in ("localhost", "127.0.0.1", "[::1]"):
        answer = server.ask("POST", "/publish/t", [("Origin", own(server, host=other))], b"x",
                            host=f"{host}:{server.port}")
        assert answer.status == 200


def test_behind_a_proxy_the_host_is_what_counts(serve):
    server = serve("--host", "push.example")
    answer = server.ask("POST", "/publish/t", [("Origin", "https://push.example")], b"x",
                        host="push.example")
    assert answer.status in (200, 403)
    secure = server.ask("POST", "/publish/t", [("Origin", "http://push.example")], b"x",
                        host="push.example")
    assert secure.status == 200


@pytest.mark.parametrize("origin", LISTED)
def test_a_listed_origin_passes(server, origin):
    assert publish(server, origin).status == 200
    assert upgrade(server, origin) == 101
    for answer in feeds(server, origin):
        assert answer.header(ALLOWED) == origin


def test_cors_names_the_exact_origin_and_varies_by_it(server):
    for origin in [*same(server), *LISTED]:
        for answer in feeds(server, origin):
            assert answer.header(ALLOWED) == origin
            assert "origin" in answer.lists("vary")
            assert answer.header("access-control-allow-credentials") is None
            assert {"pushlab-next", "etag", "retry-after"} <= set(
                answer.lists("access-control-expose-headers"))


# ---- foreign ones ----

@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_origin_cannot_publish(server, topic, origin):
    assert publish(server, with_port(server, origin), topic).status in (400, 403)
    assert server.history(topic) == []


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_origin_gets_no_websocket(server, origin):
    assert upgrade(server, with_port(server, origin)) in (400, 403)


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_origin_may_ask_but_the_browser_keeps_the_answer(server, origin):
    for answer in feeds(server, with_port(server, origin)):
        assert answer.header(ALLOWED) is None


def test_two_origins_are_foreign(server):
    with server.connect() as connection:
        connection.send(http.build("POST", "/publish/t", [("Origin", own(server)),
                                                          ("Origin", "http://evil.example")], b"x"))
        assert connection.read_response().status in (400, 403)


def test_the_refusal_says_what_to_do(server):
    answer = publish(server, "http://evil.example")
    assert "--origin" in answer.json()["error"] or "origin" in answer.json()["error"].lower()


def test_a_foreign_origin_gets_no_error_text_to_read(server):
    answer = server.ask("POST", "/publish/t", [("Origin", "http://evil.example")], b"x")
    assert answer.header(ALLOWED) is None


# ---- errors are readable for those who may ----

def test_an_error_carries_cors_too_so_that_the_page_can_read_it(server):
    origin = own(server, host="localhost")
    for path in ("/short_poll/t?since=bad", "/long_poll/t?wait=x"):
        assert server.get(path, ("Origin", origin)).header(ALLOWED) == origin


def test_a_page_may_read_that_upgrade_is_missing(server):
    for origin in (own(server, host="localhost"), LISTED[0]):
        answer = server.get("/websocket/t", ("Origin", origin))
        assert (answer.status, answer.header(ALLOWED)) == (426, origin)
    assert server.get("/websocket/t", ("Origin", FOREIGN[0])).header(ALLOWED) is None


# ---- public topics ----

@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://listed.example"])
def test_a_public_topic_may_be_read_from_anywhere(server, origin):
    for answer in feeds(server, origin, "open"):
        assert answer.header(ALLOWED) in ("*", origin)
    assert upgrade(server, origin, "open") == 101


def test_a_public_topic_is_never_published_to_from_elsewhere(server):
    assert publish(server, "http://evil.example", "open").status == 403
    with websocket.WebSocket(server, "/websocket/open", [("Origin", "http://evil.example")],
                             protocol="pushlab.json") as client:
        client.read_json()
        for topic in ("open", "t"):
            client.send_json({"publish": {"topic": topic, "type": "text", "data": "x"}})
            assert client.read_json()["error"]["status"] == 403
    assert server.history("open") == []


def test_from_a_public_topic_there_is_no_way_to_others(server):
    """Rights are checked for each command, not for the connection."""
    with websocket.WebSocket(server, "/websocket/open", [("Origin", "http://evil.example")],
                             protocol="pushlab.json") as client:
        client.read_json()
        client.send_json({"subscribe": {"topic": "t"}})
        assert client.read_json()["error"]["status"] == 403


def test_a_list_of_topics_is_public_only_when_all_are(server):
    origin = "http://evil.example"
    listed = server.get("/short_poll?topics=open,t", ("Origin", origin))
    assert listed.header(ALLOWED) is None
    with server.connect() as connection:
        connection.send(websocket.handshake("/websocket?topics=open,t", server.authority,
                                            [("Origin", origin)], protocol="pushlab.json"))
        assert connection.read_response().status == 403


def test_a_page_of_the_server_may_do_everything_with_a_public_topic(server):
    assert publish(server, own(server), "open").status == 200


# ---- preflight ----

def preflight(server, path, origin, method="POST", headers="content-type"):
    return server.ask("OPTIONS", path, [("Origin", origin), ("Access-Control-Request-Method", method),
                                        ("Access-Control-Request-Headers", headers)])


@pytest.mark.parametrize("path, method", [("/publish/t", "POST"), ("/short_poll/t", "GET"),
                                          ("/long_poll/t", "GET"), ("/sse/t", "GET"),
                                          ("/stats", "GET")])
def test_a_preflight_from_an_origin_that_may(server, path, method):
    for origin in (own(server, host="localhost"), "https://listed.example"):
        answer = preflight(server, path, origin, method)
        assert answer.status == 204 and answer.body == b""
        assert answer.header(ALLOWED) == origin
        assert method.lower() in answer.lists("access-control-allow-methods")
        assert {"content-type", "authorization", "pushlab-event", "last-event-id",
                "if-none-match"} <= set(answer.lists("access-control-allow-headers"))
        assert "origin" in answer.lists("vary")
        assert answer.header("access-control-allow-credentials") is None


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_a_preflight_from_a_foreign_origin_allows_nothing(server, origin):
    answer = preflight(server, "/publish/t", origin)
    assert answer.status in (204, 403)
    assert answer.header(ALLOWED) is None


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_a_preflight_to_read_a_public_topic(server, origin):
    answer = preflight(server, "/short_poll/open", origin, "GET", "last-event-id")
    assert answer.status == 204 and answer.header(ALLOWED) in ("*", origin)


def test_a_preflight_to_publish_to_a_public_topic_allows_nothing(server):
    assert preflight(server, "/publish/open", "http://evil.example").header(ALLOWED) is None


def test_a_preflight_publishes_nothing_and_makes_no_topic(server, topic):
    preflight(server, f"/publish/{topic}", own(server))
    preflight(server, f"/sse/{topic}", own(server), "GET")
    assert topic not in server.topics()


# ---- origin options ----

def test_null_can_be_listed(serve):
    server = serve("--origin", "null")
    assert publish(server, "null").status == 200
    assert publish(server, "http://evil.example").status == 403


def test_all_can_be_listed(serve):
    server = serve("--origin", "*")
    for origin in ("http://evil.example", "null", "https://a.b.c:1"):
        assert publish(server, origin).status == 200
        assert upgrade(server, origin) == 101


def test_no_topic_need_be_public(serve):
    server = serve("--public", "none")
    assert upgrade(server, "http://evil.example", "frames") == 403


def test_frames_are_public_by_default(serve):
    server = serve()
    assert upgrade(server, "http://evil.example", "frames") == 101


# ---- Host: DNS rebinding ----

OURS = ["localhost", "127.0.0.1", "[::1]", "LOCALHOST", "localhost:1", "127.0.0.1:80", "[::1]:65535"]
THEIRS = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.2", "0.0.0.0",
          "2130706433", "[::]", "[::ffff:127.0.0.1]", "xlocalhost", "localhostx", "10.0.0.1:8765"]


@pytest.mark.parametrize("host", OURS)
@pytest.mark.parametrize("path", ["/healthz", "/short_poll/t"])
def test_the_three_names_are_served(server, host, path):
    assert server.ask("GET", path, host=host).status == 200


@pytest.mark.parametrize("host", THEIRS)
@pytest.mark.parametrize("method, path", [("GET", "/"), ("GET", "/short_poll/t"), ("GET", "/sse/t"),
                                          ("POST", "/publish/t"), ("OPTIONS", "/publish/t")])
def test_other_names_are_421(server, host, method, path):
    answer = server.ask(method, path, [], b"x" if method == "POST" else None, host=host)
    assert answer.status == 421
    assert "--host" in answer.json()["error"]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example"])
def test_other_names_get_no_websocket(server, host):
    """Rebinding makes Origin and Host equal: Host alone can tell."""
    with server.connect() as connection:
        connection.send(websocket.handshake("/websocket/t", f"{host}:{server.port}",
                                            [("Origin", f"http://{host}:{server.port}")]))
        assert connection.read_response().status == 421


def test_what_is_listened_on_is_its_own_name(serve):
    server = serve(listen="127.0.0.2:0")
    assert server.host == "127.0.0.2"
    assert server.get("/healthz").status == 200
    assert server.ask("GET", "/short_poll/t", [("Origin", f"http://{server.authority}")]).status == 200
    assert server.ask("GET", "/healthz", host=f"127.0.0.1:{server.port}").status == 200
    assert server.ask("GET", "/healthz", host=f"127.0.0.3:{server.port}").status == 421


def test_a_further_name_can_be_served(serve):
    server = serve("--host", "lab.example")
    assert server.ask("GET", "/healthz", host="lab.example").status == 200
    assert server.ask("GET", "/healthz", host="LAB.example:99").status == 200
    assert server.ask("GET", "/healthz", host="x.lab.example").status == 421
    assert server.ask("GET", "/healthz", host="localhost").status == 200


def test_any_name_can_be_served(serve):
    server = serve("--host", "*")
    assert server.ask("GET", "/healthz", host="evil.example").status == 200
