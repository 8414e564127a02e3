# SPDX-License-Identifier: MIT
"""pushrelay on the level of HTTP: each fault shows with the real server behind it, and what it
does not concern stays as it was. Framing is looked at with an origin that the test plays."""
import gzip
import zlib

import pytest

from lib import http, sse, websocket
from lib.relay import Origin, Relay
from lib.subscribers import SUBSCRIBERS
from lib.wire import until

SERVER_OPTIONS = ["--lab", "--workers", "1"]
READS_HTTP = ["--idle-answer", "504"]  # HTTP is read, and nothing changed


@pytest.fixture
def relay(server):
    """Starts relays to the server: relay("--http10")."""
    started = []

    def start(*options, to=server, **how):
        started.append(Relay(to, *options, **how))
        return started[-1]

    yield start
    for running in started:
        if not running.errors.closed:
            running.stop()


@pytest.fixture
def origin():
    with Origin() as running:
        yield running


def short_poll(through, topic, since="first"):
    return through.get(f"/short_poll/{topic}?since={since}")


# ---- every transport, where nothing stands in its way ----

@pytest.mark.parametrize("options", [
    [], READS_HTTP, [*READS_HTTP, "--slice", "7"], ["--naive"], ["--like", "haproxy"],
    ["--cache", "60"], ["--gzip"], ["--buffer", "1"]],
    ids=lambda options: " ".join(options) or "none")
def test_transports_pass(relay, server, transport, topic, options):
    through = relay(*options)
    subscriber = SUBSCRIBERS[transport](through)
    subscriber.subscribe(topic, "now")
    texts = [f"{number} ä\n:{'x' * number * 40}" for number in range(30)]
    server.publish_many(topic, texts)
    assert [subscriber.next_message().payload.decode() for _ in texts] == texts
    subscriber.close()
    assert through.count("http_unread") == 0


@pytest.mark.parametrize("name", ["short_poll", "long_poll", "sse"])
@pytest.mark.parametrize("product", ["nginx", "apache", "varnish-cache", "nginx-cache", "tinyproxy"])
def test_products_pass_what_they_should(relay, server, topic, product, name):
    subscriber = SUBSCRIBERS[name](relay("--like", product))
    subscriber.subscribe(topic, "now")
    server.publish_many(topic, "abc")
    assert [subscriber.next_message().payload for _ in range(3)] == [b"a", b"b", b"c"]
    subscriber.close()


def test_big_bodies_both_ways(relay, server, topic):
    through = relay(*READS_HTTP, "--limit", "64k")
    text = "0123456789" * 5000
    answer = through.ask("POST", f"/publish/{topic}", [("Content-Type", "text/plain")],
                         text.encode())
    assert answer.status == 200, answer
    chunked = through.connect()
    chunked.send(http.build("POST", f"/publish/{topic}", [
        ("Content-Type", "text/plain"), ("Transfer-Encoding", "chunked")],
        http.chunked(text[:1].encode(), text[1:].encode()), host=through.authority))
    assert chunked.read_response("POST").status == 200
    messages = short_poll(through, topic).json()["messages"]
    assert [message["data"] for message in messages] == [text, text]


# ---- upgrades and versions ----

@pytest.mark.parametrize("options", [["--strip-upgrade"], ["--http10"], ["--like", "lighttpd"]],
                         ids=" ".join)
def test_no_upgrade_gets_through(relay, topic, options):
    through = relay(*options)
    with through.connect() as client:
        client.send(websocket.handshake(f"/websocket/{topic}", through.authority))
        assert client.read_response().status == 426


def test_http10_upstream_keeps_the_client(relay, server, topic):
    through = relay("--http10")
    server.publish_many(topic, "ab")
    with through.connect() as client:
        for _ in range(3):  # each on a connection of its own behind the relay
            answer = client.ask("GET", f"/short_poll/{topic}?since=first", host=through.authority)
            assert answer.version == "HTTP/1.1" and len(answer.json()["messages"]) == 2
            assert answer.header("content-length") and not answer.header("connection")
        cursor = answer.json()["next"]
        client.send(http.build("GET", f"/long_poll/{topic}?since={cursor}",
                               host=through.authority))
        server.await_subscribers(topic, 1)
        server.publish(topic, "late")
        assert client.read_response().json()["messages"][0]["data"] == "late"
        answer = client.ask("GET", "/time", [("Connection", "close")], host=through.authority)
        assert answer.lists("connection") == ["close"]
        client.assert_closed_cleanly()


def test_http10_leaves_chunked_requests_as_they_are(relay, topic):
    through = relay("--http10")
    with through.connect() as client:
        client.send(http.build("POST", f"/publish/{topic}", [
            ("Content-Type", "text/plain"), ("Transfer-Encoding", "chunked")],
            http.chunked(b"some"), through.authority))
        assert client.read_response("POST").status == 200


# ---- buffering ----

def subscribed(through, server, topic):
    """An event stream of which nothing has been read, once the server has it."""
    connection = through.connect()
    connection.send(http.build("GET", f"/sse/{topic}?since=first", host=through.authority))
    server.await_subscribers(topic, 1)
    return connection


def events(connection):
    """All events of a stream that has ended."""
    connection.read_head()
    return [event.data for event in sse.Decoder().feed(connection.read_to_end())
            if event.event == "message"]


def test_buffer_all_holds_a_stream_to_its_end(relay, serve, topic):
    server = serve()
    through = relay("--buffer", "all", to=server)
    stream = subscribed(through, server, topic)
    texts = ["a" * 1000, "b" * 1000, "c" * 1000]
    server.publish_many(topic, texts)
    until(lambda: through.state()["held_bytes"] > 3000, "the stream to be held")
    assert not stream.poll()
    server.stop()
    assert events(stream)[:3] == texts


def test_buffer_of_some_bytes(relay, server, topic):
    through = relay("--buffer", "20000")
    stream = subscribed(through, server, topic)
    server.publish(topic, "x" * 15000)
    until(lambda: through.state()["held_bytes"] >= 15000, "the message to be held")
    assert not stream.poll()
    server.publish(topic, "y" * 15000)
    stream.read_head()
    assert b"x" * 15000 in stream.read_exactly(19000)


def test_buffer_all_gives_way_at_the_limit(relay, server, topic):
    through = relay("--buffer", "all", "--limit", "64k")
    stream = subscribed(through, server, topic)
    server.publish(topic, "x" * 60000)
    server.publish(topic, "y" * 60000)
    stream.read_head()
    assert b"x" * 60000 in stream.read_exactly(62000)
    assert through.count("buffer_overflows") >= 1


def test_buffer_is_not_for_polls_and_heeds_accel(relay, server, topic):
    server.publish(topic, "there")
    assert short_poll(relay("--buffer", "all"), topic).json()["messages"]
    through = relay("--buffer", "all", "--heed-accel")
    with sse.Stream(through, f"/sse/{topic}?since=first") as stream:
        assert stream.next().data == "there"
    through = relay("--buffer", "all", "--heed-accel", "--naive")
    stream = subscribed(through, server, topic)
    until(lambda: through.state()["held_bytes"] > 100, "the stream to be held")
    assert not stream.poll()


# ---- the cache ----

def test_cache_keeps_off_what_says_no_store(relay, server, topic):
    through = relay("--cache", "60")
    assert short_poll(through, topic).json()["messages"] == []
    server.publish(topic, "new")
    assert [message["data"] for message in short_poll(through, topic).json()["messages"]] == ["new"]
    counts = through.state()["counts"]
    assert counts["cache_hits"] == counts["cache_stores"] == 0


def test_cache_makes_a_naive_poll_stale(relay, server, topic):
    through = relay("--cache", "60", "--naive")
    assert short_poll(through, topic).json()["messages"] == []
    server.publish(topic, "never seen")
    with through.connect() as client:  # the more it asks, the more of the same it gets
        for _ in range(20):
            answer = client.ask("GET", f"/short_poll/{topic}?since=first", host=through.authority)
            assert answer.json()["messages"] == [] and answer.header("age").isdigit()
            assert answer.header("cache-control") is None
    counts = through.state()["counts"]
    assert counts["cache_hits"] == 20 and counts["cache_stores"] == 1


def test_cache_serves_a_crowd_of_pipelined_requests(relay, origin):
    through = relay("--cache", "60", to=origin)
    client = through.connect()
    body = b"z" * 20000
    client.send(http.build("GET", "/a") * 200)
    server = origin.accept()
    server.read_until(b"\r\n\r\n")
    server.send(b"HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + body)
    for _ in range(200):
        assert client.read_response().body == body
    assert through.count("cache_hits") == 199
    assert not server.poll()


@pytest.mark.parametrize("head", [
    "Cache-Control: private", "Cache-Control: max-age=0", "Set-Cookie: a=b", "Connection: close"])
def test_what_is_not_for_the_cache(relay, origin, head):
    through = relay("--cache", "60", to=origin)
    for _ in range(2):
        with through.connect() as client, origin.accept_after(client, http.build("GET", "/a")) as server:
            server.read_until(b"\r\n\r\n")
            server.send(f"HTTP/1.1 200 OK\r\n{head}\r\nContent-Length: 1\r\n\r\nx".encode())
            assert client.read_response().body == b"x"
    assert through.count("cache_stores") == 0


# ---- compression ----

def test_gzip_obeys_no_transform(relay, server, topic):
    server.publish(topic, "x" * 3000)
    answer = relay("--gzip").get(f"/short_poll/{topic}?since=first", ("Accept-Encoding", "gzip"))
    assert answer.header("content-encoding") is None and answer.json()["messages"]


def test_gzip_of_an_answer(relay, server, topic):
    server.publish(topic, "x" * 3000)
    through = relay("--gzip", "--gzip-always", "--gzip-min", "1000")
    path = f"/short_poll/{topic}?since=first"
    answer = through.get(path, ("Accept-Encoding", "br, gzip;q=1"))
    assert answer.header("content-encoding") == "gzip" and len(answer.body) < 1000
    assert b"x" * 3000 in gzip.decompress(answer.body)
    assert through.get(path).header("content-encoding") is None  # who does not ask for it
    small = through.get("/time", ("Accept-Encoding", "gzip"))
    assert small.header("content-encoding") is None  # below the minimum
    assert through.count("compressed") == 1


def test_gzip_swallows_a_stream(relay, serve, topic):
    server = serve()
    through = relay("--gzip", "--gzip-always", to=server)
    stream = through.connect()
    stream.send(http.build("GET", f"/sse/{topic}?since=first", [("Accept-Encoding", "gzip")],
                           host=through.authority))
    head = stream.read_head()
    assert head.header("content-encoding") == "gzip"
    server.await_subscribers(topic, 1)
    server.publish_many(topic, "abc")
    assert server.subscribers(topic) == 1
    server.stop()
    events_of = sse.Decoder().feed(zlib.decompress(stream.read_to_end(), 31))
    assert [event.data for event in events_of if event.event == "message"] == ["a", "b", "c"]


def test_gzip_gives_nothing_while_the_compressor_has_room(relay, origin):
    through = relay("--gzip", to=origin)
    client, server = through.connect(), None
    client.send(http.build("GET", "/", [("Accept-Encoding", "gzip")]))
    server = origin.accept()
    server.read_until(b"\r\n\r\n")
    server.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    client.read_head()
    server.send(b"data: swallowed\n\n" * 100)
    until(lambda: through.count("bytes_down") > 0, "the head to have passed")
    server.close()
    assert zlib.decompress(client.read_to_end(), 31) == b"data: swallowed\n\n" * 100


# ---- forward proxies ----

def test_forward_proxy(relay, server, topic, origin):
    through = relay("--forward", to=None)
    server.publish(topic, "far")
    with through.connect() as client:
        for _ in range(2):
            url = f"http://{server.authority}/short_poll/{topic}?since=first"
            answer = client.ask("GET", url, [("Proxy-Connection", "keep-alive")], host=server.authority)
            assert answer.json()["messages"][0]["data"] == "far"
        client.send(http.build("GET", f"http://{origin.authority}?q", host=origin.authority))
        other = origin.accept()  # another server, over the same connection of the client
        assert other.read_until(b"\r\n\r\n").startswith(b"GET /?q HTTP/1.1\r\n")
        other.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
        assert client.read_response().body == b"hi"


def test_connect_makes_a_tunnel(relay, server, topic):
    through = relay("--forward", to=None)

    class Tunnel:
        authority = server.authority

        @staticmethod
        def connect(**how):
            connection = through.connect(**how)
            connection.send(f"CONNECT {server.authority} HTTP/1.1\r\n\r\n".encode())
            assert connection.read_head().status == 200
            return connection

    with websocket.WebSocket(Tunnel, f"/websocket/{topic}?since=now") as socket:
        server.await_subscribers(topic, 1)
        server.publish(topic, "through")
        assert "through" in socket.read_text()


@pytest.mark.parametrize("request_line, status", [
    ("GET /path HTTP/1.1", 400), ("GET http://no.such.name/ HTTP/1.1", 502),
    ("CONNECT 127.0.0.1:1 HTTP/1.1", 502), ("CONNECT 127.0.0.1:8765 HTTP/1.1", 403),
    ("GET https://127.0.0.1/ HTTP/1.1", 400)])
def test_forward_proxy_refuses(relay, request_line, status):
    options = ["--connect-443"] if status == 403 else []
    with relay("--forward", *options, to=None).connect() as client:
        client.send(f"{request_line}\r\nHost: a\r\n\r\n".encode())
        assert client.read_response().status == status
        client.assert_closed_cleanly()


def test_connect_443_leads_home(relay, server, topic):
    through = relay("--like", "squid")
    with through.connect() as client:
        client.send(b"CONNECT push.example:443 HTTP/1.1\r\n\r\n")
        assert client.read_head().status == 200
        answer = client.ask("GET", f"/short_poll/{topic}?since=first", host=server.authority)
        assert answer.status == 200


# ---- framing, with an origin that does as it is told ----

def exchange(through, origin):
    client = through.connect()
    client.send(http.build("GET", "/"))
    server = origin.accept()
    server.read_until(b"\r\n\r\n")
    return client, server


def test_requests_wait_for_the_answer_before(relay, origin):
    through = relay(*READS_HTTP, to=origin)
    client = through.connect()
    client.send(http.build("GET", "/1") + http.build("POST", "/2", body=b"body") +
                http.build("HEAD", "/3") + http.build("GET", "/4"))
    server = origin.accept()
    assert b"/1 " in server.read_until(b"\r\n\r\n") and not server.poll()
    server.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\none\r\n0\r\nA: b\r\n\r\n")
    assert client.read_response().body == b"one"
    assert b"/2 " in server.read_until(b"\r\n\r\nbody") and not server.poll()
    server.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n")
    assert client.read_response().status == 100 and client.read_response().status == 204
    assert b"/3 " in server.read_until(b"\r\n\r\n") and not server.poll()
    server.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    assert client.read_response("HEAD").header("content-length") == "5000"
    assert b"/4 " in server.read_until(b"\r\n\r\n")
    server.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end")
    server.close()
    assert client.read_response().body == b"to the end"


def test_what_is_not_http_passes(relay, origin):
    through = relay(*READS_HTTP, "--http10", "--gzip", to=origin)
    client = through.connect()
    client.send(b"\x16\x03\x01 this is TLS, perhaps")
    server = origin.accept()
    assert server.read_exactly(24) == b"\x16\x03\x01 this is TLS, perhaps"
    server.send(b"\x15 so is this")
    assert client.read_exactly(12) == b"\x15 so is this"
    client.finish_sending()
    server.assert_closed_cleanly()
    server.send(b"half open")
    server.close()
    assert client.read_to_end() == b"half open"
    assert through.count("http_unread") == 1


def test_a_server_that_says_nothing_is_a_bad_gateway(relay, origin):
    client, server = exchange(relay(*READS_HTTP, to=origin), origin)
    server.close()
    assert client.read_response().status == 502
    client.assert_closed_cleanly()


def test_no_server_is_a_bad_gateway(relay, origin):
    through = relay(*READS_HTTP, to=origin)
    origin.listener.close()
    assert through.get("/").status == 502
    assert through.count("connect_failures") == 1


def test_silence_is_answered(relay, origin):
    client, server = exchange(relay("--idle-cut", "100ms", *READS_HTTP, to=origin), origin)
    assert client.read_response().status == 504
    client.assert_closed_cleanly()
    server.read_to_end()


def test_silence_in_a_stream_is_cut(relay, origin):
    client, server = exchange(relay("--idle-cut", "100ms", *READS_HTTP, to=origin), origin)
    server.send(b"HTTP/1.1 200 OK\r\n\r\nsome")
    client.read_head()
    assert client.read_to_end() == b"some" and not client.was_reset
    server.read_to_end()
