# SPDX-License-Identifier: MIT
"""At a limit: 503 with Retry-After, and nothing else is harmed."""
import pytest

from lib import http, sse, websocket
from lib.options import option
from lib.subscribers import SUBSCRIBERS
from lib.wire import until

CONNECTIONS = 8


@pytest.fixture
def full(serve):
    """A server with room for eight connections, all held by event streams."""
    server = serve("--lab", *option("connections", CONNECTIONS))
    server.streams = []
    for _ in range(CONNECTIONS):
        server.streams.append(sse.Stream(server, "/sse/t"))
        server.streams[-1].start()
    yield server
    for stream in server.streams:
        stream.close()


@pytest.mark.parametrize("path", ["/short_poll/t", "/long_poll/t?since=now", "/ndjson/t",
                                  "/healthz", "/", "/nowhere"])
def test_a_full_house_says_503_and_when_to_come_back(full, path):
    with full.connect() as connection:
        connection.send(http.build("GET", path, host=full.authority))
        answer = connection.read_response()
        assert answer.status == 503
        assert int(answer.header("retry-after")) >= 1
        connection.assert_closed_cleanly()


@pytest.mark.parametrize("origin, readable", [("same", True), ("http://evil.example", False)])
def test_a_full_house_lets_its_own_pages_read_why(full, origin, readable):
    origin = f"http://{full.authority}" if origin == "same" else origin
    with full.connect() as connection:
        answer = connection.ask("GET", "/short_poll/t", [("Origin", origin)], host=full.authority)
        assert answer.status == 503
        assert answer.header("access-control-allow-origin") == (origin if readable else None)
        assert not readable or "retry-after" in answer.lists("access-control-expose-headers")


def test_a_full_house_refuses_websockets_with_503(full):
    with full.connect() as connection:
        connection.send(websocket.handshake("/websocket/t", full.authority))
        assert connection.read_response().status == 503


def test_a_full_house_lets_event_sources_come_back(full):
    """A refused EventSource never returns, so it gets 200, retry, and the end."""
    with sse.Stream(full, "/sse/t") as stream:
        assert stream.response.status == 200
        assert stream.response.header("content-type").startswith("text/event-stream")
        rest = stream.connection.read_to_end()
        stream.decoder.feed(rest)
        assert stream.decoder.retry_ms == 5000 and not stream.decoder.last_id


def test_a_full_house_has_no_body_for_a_head(full):
    with full.connect() as connection:
        connection.send(http.build("HEAD", "/sse/t", host=full.authority))
        connection.read_head()
        connection.assert_closed_cleanly()


def test_a_full_house_harms_nobody_inside(full):
    for _ in range(20):
        with full.connect() as connection:
            connection.send(http.build("GET", "/healthz", host=full.authority))
            assert connection.read_response().status == 503
    full.streams.pop().close()
    until(lambda: full.ask("POST", "/publish/t", [], b"x").status == 200,
          "the place of the one who left")
    for stream in full.streams:
        assert stream.next().data == "x"


def test_a_free_place_is_taken_again(full):
    full.streams.pop().reset()
    def served():
        stream = sse.Stream(full, "/sse/t")
        if stream.connection.read_some() and stream.response.header("pushlab-next"):
            full.streams.append(stream)
            return True
        stream.close()
        return False
    until(served, "a free place")


def test_many_connections_come_and_go_without_using_the_places_up(serve):
    server = serve(*option("connections", CONNECTIONS))
    for _ in range(100):
        until(lambda: server.get("/healthz").status == 200, "a free place")


def test_one_address_cannot_take_every_place(serve):
    server = serve(*option("connections per peer", 4))
    streams = [sse.Stream(server, "/sse/t") for _ in range(4)]
    for stream in streams:
        stream.start()
    with server.connect() as connection:
        connection.send(http.build("GET", "/healthz", host=server.authority))
        assert connection.read_response().status in (429, 503)
    for stream in streams:
        stream.close()
    until(lambda: server.get("/healthz").status == 200, "the places are free again")


@pytest.mark.parametrize("how", ["publish", "short_poll"])
def test_the_number_of_topics_is_limited(serve, how):
    server = serve(*option("topics", 8))
    statuses = []
    for number in range(12):
        if how == "publish":
            answer = server.ask("POST", f"/publish/t{number}", [], b"x")
        else:
            answer = server.get(f"/short_poll/t{number}?since=now")
        statuses.append(answer.status)
    assert statuses[0] == 200 and statuses[-1] == 503, statuses
    assert answer.header("retry-after") and answer.json()["error"]
    assert server.ask("POST", "/publish/t0", [], b"x").status == 200


def test_the_memory_of_all_topics_is_limited(serve):
    """Whatever is dropped for it is announced as a gap, or publishing is refused."""
    server = serve("--history", "1000,1h,16M", *option("memory", 4 << 20))
    start = server.head_cursor("t0")
    held = 0
    for number in range(40):
        server.ask("POST", f"/publish/t{number % 8}", [], b"x" * 500_000)
    for number in range(8):
        held += sum(len(message["data"]) for message in server.history(f"t{number}"))
    assert held <= 4 << 20
    batch = server.get(f"/short_poll/t0?since={start}").json()
    assert batch["messages"] and (batch["messages"][0]["seq"] == 1 or batch["gap"]["from"] == 1)


def test_a_place_in_the_house_is_free_again_after_every_transport(serve, transport):
    server = serve(*option("connections", 2))
    for _ in range(10):
        def visited():
            with server.connect() as connection:
                connection.send(http.build("GET", "/healthz", host=server.authority))
                return connection.read_response().status == 200
        until(visited, "a free place")
        subscriber = SUBSCRIBERS[transport](server)
        until(lambda: opens(subscriber), "a place for a subscriber")
        subscriber.reset()


def opens(subscriber):
    try:
        subscriber.subscribe("t")
        return True
    except (AssertionError, OSError):
        if hasattr(subscriber, "connection"):
            subscriber.close()
        return False
