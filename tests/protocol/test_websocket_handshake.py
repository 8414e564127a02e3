# SPDX-License-Identifier: MIT
"""The opening handshake (RFC 6455, 4)."""
import pytest

from lib import http, websocket
from lib.websocket import WebSocket, handshake

ECHO = "/websocket/~echo"


def answer_to(server, request):
    with server.connect() as connection:
        connection.send_as_far_as_possible(request)
        return connection.read_response()


def test_the_accept_of_the_rfcs_example(server):
    answer = answer_to(server, handshake(ECHO, server.authority))
    assert answer.status == 101
    assert answer.header("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_the_101_has_no_framing(server):
    answer = answer_to(server, handshake(ECHO, server.authority))
    assert answer.header("content-length") is None
    assert answer.header("transfer-encoding") is None
    assert answer.header("sec-websocket-protocol") is None
    assert answer.header("sec-websocket-extensions") is None


WRONG = {
    "no key": (dict(without=["Sec-WebSocket-Key"]), [], 400),
    "empty key": (dict(key=""), [], 400),
    "short key": (dict(key="c2hvcnQ="), [], 400),
    "long key": (dict(key="dGhlIHNhbXBsZSBub25jZQ==AAAA"), [], 400),
    "15 bytes": (dict(key="dGhlIHNhbXBsZSBub25j"), [], 400),
    "no base64": (dict(key="!!!!!!!!!!!!!!!!!!!!!!=="), [], 400),
    "two keys": (dict(), [("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")], 400),
    "version 12": (dict(without=["Sec-WebSocket-Version"]), [("Sec-WebSocket-Version", "12")], 426),
    "version 8": (dict(without=["Sec-WebSocket-Version"]), [("Sec-WebSocket-Version", "8")], 426),
    "no version": (dict(without=["Sec-WebSocket-Version"]), [], 426),
    "HTTP/1.0": (dict(version="HTTP/1.0"), [], (400, 426)),
    "POST": (dict(method="POST"), [], (400, 405)),
    "no Connection": (dict(without=["Connection"]), [], (400, 426)),
    "Connection: close": (dict(without=["Connection"]), [("Connection", "close")], (400, 426)),
    "no Upgrade": (dict(without=["Upgrade"]), [], 426),
    "Upgrade: h2c": (dict(without=["Upgrade"]), [("Upgrade", "h2c")], 426),
    "a body": (dict(), [("Content-Length", "5")], 400),
    "a chunked body": (dict(), [("Transfer-Encoding", "chunked")], 400),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_handshake_is_refused(server, name):
    how, headers, status = WRONG[name]
    body = b"hello" if name == "a body" else b"0\r\n\r\n" if "chunked" in name else b""
    answer = answer_to(server, handshake(ECHO, server.authority, headers, **how) + body)
    assert answer.status in (status if isinstance(status, tuple) else (status,)), answer
    if answer.status == 426:
        assert "websocket" in answer.lists("upgrade")


@pytest.mark.parametrize("value", ["12", "8", "0", "x", "", "14", "013"])
def test_another_version_is_told_13(server, value):
    answer = answer_to(server, handshake(ECHO, server.authority,
                                         [("Sec-WebSocket-Version", value)],
                                         without=["Sec-WebSocket-Version"]))
    assert answer.status in (400, 426) if value in ("", "x", "013") else answer.status == 426
    if answer.status == 426:
        assert answer.header("sec-websocket-version") == "13"


def test_a_plain_get_is_told_that_a_proxy_took_the_upgrade(server):
    answer = server.get("/websocket/t")
    assert answer.status == 426
    assert "websocket" in answer.lists("upgrade")
    assert "proxy" in answer.text.lower() and "upgrade" in answer.text.lower()


def test_a_page_may_ask_plainly_what_became_of_its_handshake(server):
    """Not by 426: Upgrade, which belongs there, is no line of HTTP/2, and proxies pass it on."""
    answer = server.get("/websocket/t?plain=1")
    assert answer.status == 200 and not answer.header("upgrade")
    assert "no-store" in answer.lists("cache-control")
    assert answer.json() == {"websocket": True, "http": "1.1", "host": server.authority}
    with server.connect() as connection:
        connection.send(http.build("GET", "/websocket/t?plain=1", version="HTTP/1.0", host="localhost"))
        assert connection.read_response().json()["http"] == "1.0"
    assert answer_to(server, handshake(ECHO + "?plain=1", server.authority)).status == 101


@pytest.mark.parametrize("headers", [
    [("Upgrade", "WebSocket"), ("Connection", "keep-alive, Upgrade")],
    [("Upgrade", "WEBSOCKET"), ("Connection", "UPGRADE")],
    [("Upgrade", "foo, websocket"), ("Connection", "upgrade,keep-alive")],
    [("upgrade", "websocket"), ("connection", "keep-alive"), ("Connection", "Upgrade")],
], ids=["firefox", "capitals", "lists", "two lines"])
def test_the_forms_that_clients_use_are_taken(server, headers):
    answer = answer_to(server, handshake(ECHO, server.authority, headers,
                                         without=["Upgrade", "Connection"]))
    assert answer.status == 101


def test_frames_in_the_same_segment_are_kept(server):
    with WebSocket(server, ECHO, first=websocket.frame(websocket.TEXT, b"early")
                   + websocket.frame(websocket.TEXT, b"bird")) as client:
        assert client.read_text() == "early"
        assert client.read_text() == "bird"


def test_a_close_in_the_same_segment_is_answered(server):
    with WebSocket(server, ECHO, first=websocket.close_frame(1000)) as client:
        client.assert_closed(1000)


def test_a_handshake_on_a_kept_connection(server):
    with server.connect() as connection:
        assert connection.ask("GET", "/healthz", host=server.authority).status == 200
        assert connection.ask("GET", "/short_poll/t", host=server.authority).status == 200
        connection.send(handshake(ECHO, server.authority))
        assert connection.read_response().status == 101


def test_a_handshake_pipelined_behind_a_page(server):
    with server.connect() as connection:
        connection.send(http.build("GET", "/healthz", host=server.authority)
                        + handshake(ECHO, server.authority)
                        + websocket.frame(websocket.TEXT, b"x"))
        assert connection.read_response().status == 200
        assert connection.read_response().status == 101
        assert connection.read_exactly(3) == b"\x81\x01x"


# ---- subprotocols ----

@pytest.mark.parametrize("offer, chosen", [
    (None, None), ("pushlab.json", "pushlab.json"), ("a, pushlab.json, b", "pushlab.json"),
    ("a, b", None), ("PUSHLAB.JSON", None), ("pushlab.jsonx", None), ("xpushlab.json", None),
    ("pushlab.json,pushlab.json", "pushlab.json"),
])
def test_the_one_subprotocol_we_know_is_chosen(server, topic, offer, chosen):
    answer = answer_to(server, handshake(f"/websocket/{topic}", server.authority, protocol=offer))
    assert answer.status == 101
    assert answer.header("sec-websocket-protocol") == chosen


def test_two_lines_of_subprotocols_are_one_list(server, topic):
    headers = [("Sec-WebSocket-Protocol", "a"), ("Sec-WebSocket-Protocol", "pushlab.json")]
    answer = answer_to(server, handshake(f"/websocket/{topic}", server.authority, headers))
    assert answer.header("sec-websocket-protocol") == "pushlab.json"


def test_a_thousand_subprotocols_do_no_harm(server, topic):
    offer = ", ".join(f"p{i}" for i in range(1000))
    answer = answer_to(server, handshake(f"/websocket/{topic}", server.authority, protocol=offer))
    assert answer.status in (101, 400, 431)
    server.assert_serves()


def test_the_echo_is_for_the_lab_only(serve):
    server = serve()
    assert answer_to(server, handshake(ECHO, server.authority)).status == 404


@pytest.mark.parametrize("path", ["/websocket/", "/websocket/..", "/websocket/~other",
                                  "/websocket/a/b", "/healthz", "/nowhere", "/publish/t"])
def test_other_paths_do_not_upgrade(server, path):
    assert answer_to(server, handshake(path, server.authority)).status in (200, 400, 403, 404, 405)
