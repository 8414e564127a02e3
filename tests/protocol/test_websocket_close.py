# SPDX-License-Identifier: MIT
"""The closing handshake (RFC 6455, 5.5.1 and 7)."""
import struct

import pytest

from lib.websocket import (CLOSE, CONTINUATION, PING, TEXT, WebSocket, close_frame, fragments,
                           frame)

ECHO = "/websocket/~echo"


@pytest.fixture
def echo(server):
    with WebSocket(server, ECHO) as client:
        yield client


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3001,
                                  3999, 4000, 4001, 4999])
@pytest.mark.parametrize("reason", [b"", b"bye", "früh".encode(), b"x" * 123])
def test_a_valid_close_is_answered_with_its_code(echo, code, reason):
    echo.send_bytes(close_frame(code, reason))
    echo.assert_closed(code)


@pytest.mark.parametrize("code", [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000,
                                  32768, 65535])
def test_an_invalid_code_is_1002(echo, code):
    echo.send_bytes(close_frame(code))
    echo.assert_closed(1002)


def test_a_close_without_a_code_is_answered(echo):
    echo.send_bytes(close_frame())
    echo.assert_closed(None, 1000)


def test_a_code_of_one_byte_is_1002(echo):
    echo.send_frame(CLOSE, b"\x03")
    echo.assert_closed(1002)


@pytest.mark.parametrize("reason", [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"ok \xe2\x82"])
def test_a_reason_that_is_not_utf8_is_1007(echo, reason):
    echo.send_bytes(close_frame(1000, reason))
    echo.assert_closed(1007, 1002)


def test_what_follows_a_close_is_ignored(echo):
    echo.send_bytes(close_frame(1000) + frame(TEXT, b"late") + frame(PING, b"late")
                    + frame(TEXT, b"bad", rsv=7) + close_frame(1001))
    first = echo.read_frame()
    assert (first.opcode, first.close_code) == (CLOSE, 1000)
    assert echo.connection.read_to_end() == b""


def test_a_close_within_a_fragmented_message_is_answered(echo):
    echo.send_bytes(frame(TEXT, b"half", fin=False) + close_frame(1000)
                    + frame(CONTINUATION, b"other half"))
    echo.assert_closed(1000)


def test_what_was_sent_before_the_close_comes_back_before_it(echo):
    echo.send_bytes(b"".join(frame(TEXT, b"%d" % i) for i in range(10)) + frame(PING, b"p")
                    + fragments(TEXT, [b"a", b"b"]) + close_frame(1000))
    assert [echo.read_text() for _ in range(11)] == [str(i) for i in range(10)] + ["ab"]
    assert echo.pongs == [b"p"]
    echo.assert_closed(1000)


def test_there_is_exactly_one_close_frame(echo):
    echo.send_bytes(frame(3) + close_frame(1000))
    assert echo.read_frame().close_code == 1002
    assert echo.connection.read_to_end() == b""


def test_the_server_closes_the_connection_first(echo):
    """So that the server, not the client, is sure of the end (RFC 6455, 7.1.1)."""
    echo.send_bytes(close_frame(1000))
    assert echo.read_close() == 1000
    echo.connection.read_to_end()


def test_a_close_of_a_feed_frees_the_subscriber(server, topic):
    with WebSocket(server, f"/websocket/{topic}") as client:
        server.await_subscribers(topic, 1)
        client.leave()
    server.await_subscribers(topic, 0)


def test_a_half_closed_connection_frees_the_subscriber(server, topic):
    with WebSocket(server, f"/websocket/{topic}") as client:
        client.connection.finish_sending()
        client.connection.read_to_end()
    server.await_subscribers(topic, 0)


@pytest.mark.parametrize("cut", [1, 2, 4, 6, 20])
@pytest.mark.parametrize("leave", ["close", "reset"])
def test_leaving_in_the_middle_of_a_frame_frees_the_subscriber(server, topic, cut, leave):
    client = WebSocket(server, f"/websocket/{topic}", protocol="pushlab.json")
    client.read_json()
    server.await_subscribers(topic, 1)
    client.send_bytes(frame(TEXT, b"x" * 100)[:cut])
    getattr(client, leave)()
    server.await_subscribers(topic, 0)


def test_both_ends_closing_at_once(serve):
    server = serve("--lab")
    with WebSocket(server, ECHO) as client:
        server.terminate()
        client.connection.send_as_far_as_possible(close_frame(1000))
        code = struct.unpack(">H", client.read_frame().payload[:2])[0]
        assert code in (1000, 1001)
        client.connection.read_to_end()
        assert server.wait() == 0


def test_a_thousand_clients_that_close_leave_no_file_open(server):
    server.assert_serves()
    before = server.open_files()
    for _ in range(1000):
        with WebSocket(server, ECHO) as client:
            client.leave()
    server.await_open_files(before)
