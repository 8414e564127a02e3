# SPDX-License-Identifier: MIT
"""Sizes, counts and floods: limits are told by 1009 or 1008, before anything is allocated."""
import struct
import time

import pytest

from lib.options import option
from lib.server import SANITIZED
from lib.websocket import (BINARY, CONTINUATION, PING, TEXT, WebSocket, fragments, frame, mask)
from lib.wire import Ended, Late

ECHO = "/websocket/~echo"
MIB = 1 << 20
MESSAGE_LIMIT, FRAGMENT_LIMIT = 16 * MIB, 65536
SERVER_OPTIONS = ["--lab", *option("message", MESSAGE_LIMIT), *option("fragments", FRAGMENT_LIMIT)]


@pytest.fixture
def echo(server):
    with WebSocket(server, ECHO) as client:
        yield client


# ---- at the limits ----

def test_a_message_of_16_mib_comes_back(echo):
    payload = bytes(range(256)) * (MESSAGE_LIMIT // 256)
    echo.send_frame(BINARY, payload)
    assert echo.read_message(60) == (BINARY, payload)


def test_a_text_of_16_mib_comes_back(echo):
    payload = "é".encode() * (MESSAGE_LIMIT // 2)
    echo.send_frame(TEXT, payload)
    assert echo.read_message(60) == (TEXT, payload)


@pytest.mark.parametrize("piece", [64, 4096, MIB])
def test_16_mib_in_fragments_come_back(echo, piece):
    count = min(MESSAGE_LIMIT // piece, FRAGMENT_LIMIT)
    echo.send_bytes(fragments(BINARY, [b"x" * piece] * count), timeout=60)
    assert echo.read_message(60) == (BINARY, b"x" * (piece * count))


def test_65536_fragments_come_back(echo):
    echo.send_bytes(fragments(TEXT, [b"a"] * FRAGMENT_LIMIT), timeout=60)
    assert echo.read_message(60) == (TEXT, b"a" * FRAGMENT_LIMIT)


# ---- beyond ----

def head(length):
    return bytes([0x82, 0xFF]) + struct.pack(">Q", length) + b"\1\2\3\4"


@pytest.mark.parametrize("length", [MESSAGE_LIMIT + 1, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 40,
                                    (1 << 63) - 1])
def test_a_frame_too_large_is_1009_by_its_head_alone(server, echo, length):
    before = server.memory_bytes()
    echo.send_bytes(head(length))
    echo.assert_closed(1009)
    assert server.memory_bytes() - before < MIB


@pytest.mark.parametrize("length", [1 << 63, (1 << 64) - 1])
def test_a_length_with_the_top_bit_is_refused(echo, length):
    echo.send_bytes(head(length))
    echo.assert_closed(1002, 1009)


def test_fragments_too_large_together_are_1009(echo):
    half = b"x" * (MESSAGE_LIMIT // 2)
    echo.send_bytes(frame(BINARY, half, fin=False) + frame(CONTINUATION, half, fin=False))
    echo.send_bytes(frame(CONTINUATION, b"x")[:2])
    echo.assert_closed(1009)


@pytest.mark.parametrize("piece", [b"", b"x"])
def test_too_many_fragments_are_refused_without_waiting_for_the_last(echo, piece):
    flood = frame(BINARY, piece, fin=False) + frame(CONTINUATION, piece, fin=False) * FRAGMENT_LIMIT
    echo.connection.send_as_far_as_possible(flood, timeout=60)
    echo.assert_closed(1008, 1009)


def test_a_small_limit_is_kept_to_the_byte(serve):
    server = serve("--lab", *option("message", 1000), *option("fragments", 10))
    with WebSocket(server, ECHO) as client:
        client.send_frame(BINARY, b"x" * 1000)
        assert client.read_message() == (BINARY, b"x" * 1000)
        client.send_bytes(fragments(BINARY, [b"x" * 100] * 10))
        assert client.read_message() == (BINARY, b"x" * 1000)
        client.send_bytes(frame(BINARY, b"x" * 1001)[:8])
        client.assert_closed(1009)
    with WebSocket(server, ECHO) as client:
        client.connection.send_as_far_as_possible(fragments(BINARY, [b"x"] * 11))
        client.assert_closed(1008, 1009)


def test_a_large_head_costs_nothing_until_its_bytes_come(server):
    """A hundred peers announce 16 MiB each and send nothing."""
    before = server.memory_bytes()
    clients = [WebSocket(server, ECHO) for _ in range(100)]
    for client in clients:
        client.send_bytes(head(MESSAGE_LIMIT) + b"x")
    server.assert_serves()
    assert SANITIZED or server.memory_bytes() - before < 64 * MIB
    for client in clients:
        client.reset()


# ---- floods ----

def test_a_flood_of_pings_is_answered_in_order(echo):
    count = 20_000
    echo.send_bytes(b"".join(frame(PING, struct.pack(">I", i)) for i in range(count)), timeout=60)
    for i in range(count):
        assert struct.unpack(">I", echo.read_frame().payload)[0] == i


def test_others_are_served_during_a_flood_of_pings(server, subscribe, topic):
    witness = subscribe("sse", topic)
    with WebSocket(server, ECHO) as client:
        slowest_s = 0
        for turn in range(20):
            client.send_bytes(frame(PING, b"x" * 100) * 1000)
            started = time.monotonic()
            server.publish(topic, str(turn))
            assert witness.next_message().payload == b"%d" % turn
            slowest_s = max(slowest_s, time.monotonic() - started)
        assert slowest_s < 2


@pytest.mark.parametrize("kind", [PING, TEXT])
def test_a_peer_that_never_reads_its_answers_is_closed(server, kind):
    before = server.memory_bytes()
    client = WebSocket(server, ECHO, receive_buffer=4096)
    flood = frame(kind, b"x" * 125) * 8192
    closed = False
    for _ in range(64):  # 64 MB at most
        try:
            client.send_bytes(flood, reading=False, timeout=5)
        except (Ended, Late):  # closed, or no longer read: both bound what is held
            closed = True
            break
    assert closed, "64 MB of answers are held for a peer that reads none"
    assert SANITIZED or server.memory_bytes() - before < 48 * MIB
    client.reset()
    server.assert_serves()


def test_a_message_is_unmasked_in_place_and_others_keep_theirs(server):
    """Two connections with half-sent messages under different masks, interleaved."""
    payload = bytes(range(256)) * 40
    keys = [b"\x0f\xf0\x55\xaa", b"\x12\x34\x56\x78"]
    clients = [WebSocket(server, ECHO) for _ in keys]
    frames = [frame(BINARY, payload, key=key) for key in keys]
    assert frames[0][8:] == mask(payload, keys[0])
    for start in range(0, len(frames[0]), 777):
        for client, data in zip(clients, frames):
            client.send_bytes(data[start:start + 777])
    for client in clients:
        assert client.read_message() == (BINARY, payload)
        client.close()
