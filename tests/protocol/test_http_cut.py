# SPDX-License-Identifier: MIT
"""A request means the same, wherever the network cuts it."""
import pytest

from lib import http, websocket
from lib.server import Turn

SERVER_OPTIONS = ["--lab", "--workers", "1"]

HEADERS = [("User-Agent", "cut/1.0"), ("Accept", "*/*")]
REQUESTS = {
    "page": http.build("GET", "/healthz?a=b", HEADERS),
    "missing": http.build("GET", "/no/such/page?x=1", HEADERS),
    "short poll": http.build("GET", "/short_poll/cut?since=first&limit=3", HEADERS),
    "long poll": http.build("GET", "/long_poll/cut?since=first&wait=1&limit=2", HEADERS),
    "refused publish": http.build("POST", "/publish/cut", [("Content-Type", "application/json")],
                                  b'{"not": json}'),
    "refused chunks": http.build("POST", "/publish/cut",
                                 [("Content-Type", "application/json"),
                                  ("Transfer-Encoding", "chunked")]) + http.chunked(b"{", b"x}"),
    "absolute form": http.build("GET", "http://localhost/short_poll/cut?since=first&limit=1"),
    "options": http.build("OPTIONS", "*"),
    "two requests": http.build("GET", "/short_poll/cut?since=first&limit=1")
                    + http.build("GET", "/nowhere"),
}
BAD = {
    "no host": b"GET / HTTP/1.1\r\nA: b\r\n\r\n",
    "space before colon": b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "line feeds": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "two lengths": b"POST /publish/t HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
                   b"Content-Length: 2\r\n\r\n",
}


@pytest.fixture(scope="module")
def turn(module_server):
    server = module_server["server"]
    server.publish_many("cut", "abcde")
    barrier = Turn(server)
    yield barrier
    barrier.close()


def answers(connection, count):
    return [connection.read_response() for _ in range(count)]


def essence(response):
    """What must be the same; what tells the time may differ."""
    return (response.status, response.body,
            sorted(pair for pair in response.headers if pair[0] != "date"))


def sent_in(server, turn, pieces, count):
    with server.connect() as connection:
        for piece in pieces:
            connection.send(piece)
            turn.wait()  # the server has seen this piece by itself
        return [essence(response) for response in answers(connection, count)]


@pytest.mark.parametrize("name", REQUESTS)
def test_cut_at_every_byte_it_gets_the_same_answer(server, turn, name):
    data = REQUESTS[name]
    count = 2 if name == "two requests" else 1
    whole = sent_in(server, turn, [data], count)
    for cut in range(1, len(data)):
        assert sent_in(server, turn, [data[:cut], data[cut:]], count) == whole, f"cut at {cut}"


@pytest.mark.parametrize("name", REQUESTS)
def test_byte_by_byte_it_gets_the_same_answer(server, turn, name):
    data = REQUESTS[name]
    count = 2 if name == "two requests" else 1
    whole = sent_in(server, turn, [data], count)
    assert sent_in(server, turn, [data[i:i + 1] for i in range(len(data))], count) == whole


@pytest.mark.parametrize("name", BAD)
def test_a_bad_request_is_refused_wherever_it_is_cut(server, turn, name):
    for cut in range(1, len(BAD[name])):
        with server.connect() as connection:
            connection.send(BAD[name][:cut])
            turn.wait()
            connection.send_as_far_as_possible(BAD[name][cut:])
            assert connection.read_response().status == 400
            connection.read_to_end()


def test_a_published_body_is_the_same_wherever_it_is_cut(server, turn, topic):
    data = http.build("POST", f"/publish/{topic}",
                      [("Transfer-Encoding", "chunked"), ("Pushlab-Event", "tick")]
                      ) + http.chunked(b"hello, ", b"world") + b""
    for cut in range(1, len(data)):
        with server.connect() as connection:
            connection.send(data[:cut])
            turn.wait()
            connection.send(data[cut:])
            assert connection.read_response().status == 200
    history = server.history(topic)
    assert len(history) == len(data) - 1
    assert {(message["data"], message["event"]) for message in history} == {
        ("hello, world", "tick")}


@pytest.mark.parametrize("step", ["every cut", "byte by byte"])
def test_a_websocket_opens_the_same_wherever_it_is_cut(server, turn, step):
    data = websocket.handshake("/websocket/~echo", server.authority, protocol="x",
                               extensions="permessage-deflate")
    data += websocket.frame(websocket.TEXT, b"early")
    cuts = range(1, len(data)) if step == "every cut" else [None]
    for cut in cuts:
        pieces = ([data[:cut], data[cut:]] if cut else [data[i:i + 1] for i in range(len(data))])
        with server.connect() as connection:
            for piece in pieces:
                connection.send(piece)
                turn.wait()
            assert connection.read_response().status == 101
            first = connection.read_exactly(2)
            assert first[0] & 0xF == websocket.TEXT, f"cut at {cut}: the early frame is lost"
