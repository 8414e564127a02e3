# SPDX-License-Identifier: MIT
"""permessage-deflate (RFC 7692)."""
import random
import zlib

import pytest

from lib import websocket
from lib.options import option
from lib.websocket import (BINARY, CONTINUATION, PING, TEXT, WebSocket, deflate, fragments, frame,
                           inflate)

LIMIT = 1 << 20
SERVER_OPTIONS = ["--lab", *option("message", LIMIT)]
ECHO = "/websocket/~echo"
LONG = "the same words again and again. " * 200

ACCEPTED = [
    "permessage-deflate",
    "permessage-deflate; server_no_context_takeover",
    "permessage-deflate; client_no_context_takeover",
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    "permessage-deflate; client_max_window_bits",
    *[f"permessage-deflate; client_max_window_bits={bits}" for bits in range(9, 16)],
    *[f"permessage-deflate; server_max_window_bits={bits}" for bits in range(9, 16)],
    "permessage-deflate; server_max_window_bits=10; client_max_window_bits=10; "
    "server_no_context_takeover; client_no_context_takeover",
    'permessage-deflate; server_max_window_bits="10"',
    "permessage-deflate;client_max_window_bits;server_no_context_takeover",
    "  permessage-deflate ;  client_max_window_bits  ",
    "x-webkit-deflate-frame, permessage-deflate; client_max_window_bits",
    "permessage-deflate; nonsense, permessage-deflate",
    "permessage-deflate; server_max_window_bits=8, permessage-deflate; server_max_window_bits=12",
]
DECLINED = [
    "permessage-deflate; server_max_window_bits=8",
    *[f"permessage-deflate; server_max_window_bits={value}"
      for value in ("7", "16", "0", "-1", "abc", "010", "1e1", "99999999999", '""')],
    "permessage-deflate; server_max_window_bits",
    *[f"permessage-deflate; client_max_window_bits={value}"
      for value in ("7", "16", "0", "abc", "010", '"x"')],
    "permessage-deflate; server_no_context_takeover=1",
    "permessage-deflate; client_no_context_takeover=true",
    "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    "permessage-deflate; client_max_window_bits; client_max_window_bits",
    "permessage-deflate; server_max_window_bits=10; server_max_window_bits=11",
    "permessage-deflate; unknown",
    "permessage-deflate; unknown=1",
    "permessage-deflated",
    "xpermessage-deflate",
    "permessage-bzip2",
    "x-webkit-deflate-frame",
    "constructor", "__proto__", "hasOwnProperty; toString=1",
]
BROKEN = ["permessage-deflate;", "permessage-deflate; =", ";", ",", "permessage-deflate; a=\"b",
          "permessage-deflate; server_max_window_bits==10", "permessage deflate", "\xff",
          "permessage-deflate; " + "a; " * 1000]


def parameters(answer):
    """The accepted extension's parameters; None when it was declined."""
    value = answer.header("sec-websocket-extensions")
    if value is None:
        return None
    name, *rest = [part.strip() for part in value.split(";")]
    assert name == "permessage-deflate", value
    found = {}
    for part in rest:
        key, _, text = part.partition("=")
        assert key not in found, value
        found[key] = text.strip('"') or None
    assert set(found) <= {"server_no_context_takeover", "client_no_context_takeover",
                          "server_max_window_bits", "client_max_window_bits"}, value
    return found


def opened(server, offer, path=ECHO, **how):
    return WebSocket(server, path, extensions=offer, **how)


@pytest.fixture
def client(server):
    with opened(server, "permessage-deflate") as connection:
        assert connection.deflates
        yield connection


@pytest.mark.parametrize("offer", ACCEPTED)
def test_an_offer_is_accepted_within_its_terms(server, offer):
    with opened(server, offer) as client:
        agreed = parameters(client.response)
        assert agreed is not None
        chosen = next(part for part in reversed(offer.split(",")) if "permessage" in part)
        if "server_max_window_bits" in chosen:
            asked = int(chosen.split("server_max_window_bits=")[1].split(";")[0].strip('" '))
            assert 8 <= int(agreed["server_max_window_bits"]) <= asked
        if "client_max_window_bits" in agreed:
            assert "client_max_window_bits" in chosen
        if "server_no_context_takeover" in chosen:
            assert "server_no_context_takeover" in agreed


@pytest.mark.parametrize("offer", ACCEPTED)
def test_messages_come_back_under_every_agreement(server, offer):
    with opened(server, offer) as client:
        agreed = parameters(client.response)
        ours = int(agreed.get("client_max_window_bits") or 15)
        theirs = int(agreed.get("server_max_window_bits") or 15)
        for text in (LONG, "short", "", LONG + "é"):
            client.send_frame(TEXT, deflate(text.encode(), ours), rsv=4)
            got = client.read_frame()
            plain = inflate(got.payload, theirs) if got.rsv & 4 else got.payload
            assert plain.decode() == text
            if text == LONG:
                assert got.rsv & 4 and len(got.payload) < len(LONG) / 4, "not compressed"


@pytest.mark.parametrize("offer", DECLINED)
def test_an_offer_that_cannot_be_kept_is_declined(server, offer):
    with opened(server, offer) as client:
        assert parameters(client.response) is None
        client.send_text("plain")
        assert client.read_text() == "plain"
        client.send_frame(TEXT, deflate(b"x"), rsv=4)
        client.assert_closed(1002)


@pytest.mark.parametrize("offer", BROKEN)
def test_a_broken_offer_does_no_harm(server, offer):
    with server.connect() as connection:
        connection.send(websocket.handshake(ECHO, server.authority, extensions=offer))
        assert connection.read_response().status in (101, 400)
    server.assert_serves()


def test_no_offer_no_extension(server):
    with WebSocket(server, ECHO) as client:
        assert parameters(client.response) is None


def test_no_stream_keeps_a_window(client):
    """Both sides without context takeover: each message stands for itself."""
    agreed = parameters(client.response)
    assert "server_no_context_takeover" in agreed and "client_no_context_takeover" in agreed
    sizes = set()
    for _ in range(3):
        client.send_frame(TEXT, deflate(LONG.encode()), rsv=4)
        got = client.read_frame()
        assert inflate(got.payload).decode() == LONG
        sizes.add(len(got.payload))
    assert len(sizes) == 1


# ---- forms that a compressed message may take (RFC 7692, 7.2.3) ----

FORMS = {
    "one block": bytes.fromhex("f248cdc9c90700"),
    "stored block": bytes.fromhex("000500faff48656c6c6f00"),
    "final block": bytes.fromhex("f348cdc9c9070000"),
    "two blocks": bytes.fromhex("f248050000 00ffffcac9c90700".replace(" ", "")),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_forms_of_the_rfc(client, name):
    client.send_frame(TEXT, FORMS[name], rsv=4)
    assert client.read_text() == "Hello"
    client.send_frame(TEXT, FORMS["one block"], rsv=4)
    assert client.read_text() == "Hello", "the message behind it"


@pytest.mark.parametrize("level", [0, 1, 9])
@pytest.mark.parametrize("size", [1, 100, 65535, 65536, 500_000])
def test_every_level_and_size(client, level, size):
    data = random.Random(size).randbytes(size)
    client.send_frame(BINARY, deflate(data, level=level), rsv=4)
    assert client.read_message() == (BINARY, data)


def test_an_empty_message(client):
    client.send_frame(TEXT, b"\x00", rsv=4)
    assert client.read_text() == ""


def test_an_uncompressed_message_among_compressed_ones(client):
    client.send_text("plain")
    assert client.read_text() == "plain"


def test_a_compressed_message_split_at_every_byte(client):
    data = deflate("Hello, κόσμε".encode())
    for cut in range(len(data) + 1):
        client.send_bytes(fragments(TEXT, [data[:cut], data[cut:]], rsv=4))
        assert client.read_text() == "Hello, κόσμε", f"split at {cut}"


def test_a_ping_within_a_compressed_message(client):
    data = deflate(LONG.encode())
    client.send_bytes(frame(TEXT, data[:5], fin=False, rsv=4) + frame(PING, b"p")
                      + frame(CONTINUATION, data[5:]))
    assert client.read_text() == LONG
    assert client.pongs == [b"p"]


WRONG = {
    "bit on a continuation": fragments(TEXT, [b"\x00", b""], rsv=4)[:-6]
                             + frame(CONTINUATION, b"", rsv=4),
    "bit on a ping": frame(PING, b"x", rsv=4),
    "bit 2": frame(TEXT, deflate(b"x"), rsv=6),
    "bit 3": frame(TEXT, deflate(b"x"), rsv=5),
}


@pytest.mark.parametrize("name", WRONG)
def test_reserved_bits_in_the_wrong_place_are_1002(client, name):
    client.send_bytes(WRONG[name])
    client.assert_closed(1002)


@pytest.mark.parametrize("payload", [b"\xff\xff\xff\xff", b"\x07", b"garbage!", b"\x06\x00",
                                     bytes.fromhex("000500ffff48656c6c6f00")])
def test_what_is_not_deflate_ends_the_connection(server, client, payload):
    client.send_frame(TEXT, payload, rsv=4)
    client.assert_closed(1002, 1007)
    server.assert_serves()


def test_compressed_text_is_judged_too(client):
    client.send_frame(TEXT, deflate(b"abc\xed\xa0\x80"), rsv=4)
    client.assert_closed(1007)


# ---- bombs ----

def bomb(size):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = bytes(1 << 20)
    data = b"".join(packer.compress(piece) for _ in range(size >> 20))
    return (data + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


def test_exactly_the_limit_is_taken(client):
    client.send_frame(BINARY, bomb(LIMIT), rsv=4)
    assert client.read_message() == (BINARY, bytes(LIMIT))


@pytest.mark.parametrize("size", [LIMIT + (1 << 20), 1 << 28])
def test_a_bomb_is_stopped_at_the_message_limit(server, client, size):
    before = server.memory_bytes()
    client.connection.send_as_far_as_possible(frame(BINARY, bomb(size), rsv=4))
    client.assert_closed(1009)
    assert server.memory_bytes() - before < 32 << 20


def test_a_bomb_in_fragments_is_stopped_too(server, client):
    data = bomb(1 << 26)
    before = server.memory_bytes()
    client.connection.send_as_far_as_possible(
        fragments(BINARY, [data[at:at + 1000] for at in range(0, len(data), 1000)], rsv=4))
    client.assert_closed(1009)
    assert server.memory_bytes() - before < 32 << 20


# ---- feeds ----

@pytest.mark.parametrize("bits", [9, 12, 15])
def test_a_feed_is_compressed_for_each_window(server, topic, bits):
    offer = f"permessage-deflate; server_max_window_bits={bits}"
    with opened(server, offer, f"/websocket/{topic}") as client:
        server.publish(topic, LONG)
        got = client.read_frame()
        assert got.rsv == 4 and len(got.payload) < len(LONG) / 4
        assert inflate(got.payload, bits).decode() == LONG


def test_subscribers_with_and_without_compression_get_the_same(server, topic):
    with opened(server, "permessage-deflate", f"/websocket/{topic}") as packed, \
            WebSocket(server, f"/websocket/{topic}") as plain:
        for text in (LONG, "x", "", "é" * 10_000):
            server.publish(topic, text)
            assert packed.read_text() == plain.read_text() == text


def test_the_subprotocol_may_be_compressed_both_ways(server, topic):
    with opened(server, "permessage-deflate", f"/websocket/{topic}",
                protocol="pushlab.json") as client:
        client.read_json()
        client.send_frame(TEXT, deflate(b'{"ping": "%s"}' % (b"x" * 5000)), rsv=4)
        assert client.read_json() == {"pong": "x" * 5000}
