# SPDX-License-Identifier: MIT
"""Text is UTF-8, judged byte by byte: the first wrong byte ends it with 1007 (RFC 6455, 8.1)."""
import pytest

from lib.server import Turn
from lib.websocket import CONTINUATION, TEXT, WebSocket, fragments, frame

SERVER_OPTIONS = ["--lab", "--workers", "1"]
ECHO = "/websocket/~echo"

VALID = {
    "mixture": "Hello-µ@ßöäüàá-UTF-8!! κόσμε 长轮询 🏳️‍🌈",
    "nul": "\0",
    "ends of 1 byte": "\x01\x7f",
    "ends of 2 bytes": "\x80\u07ff",
    "ends of 3 bytes": "\u0800\uffff",
    "ends of 4 bytes": "\U00010000\U0010ffff",
    "around the surrogates": "\ud7ff\ue000",
    "non-characters": "\ufffe\uffff\U0001fffe\U0010ffff\ufdd0",
    "replacement": "\ufffd",
    "byte order mark": "\ufeff",
}
INVALID = {
    "lone continuation 80": b"\x80",
    "lone continuation bf": b"\xbf",
    "two continuations": b"a\x80\x80",
    "ff": b"ab\xff",
    "fe": b"\xfe",
    "c0": b"\xc0\xaf",
    "c1": b"\xc1\xbf",
    "f5": b"\xf5\x80\x80\x80",
    "f8": b"\xf8\x88\x80\x80\x80",
    "fc": b"\xfc\x84\x80\x80\x80\x80",
    "overlong of 3": b"\xe0\x80\xaf",
    "overlong of 3, highest": b"\xe0\x9f\xbf",
    "overlong of 4": b"\xf0\x80\x80\xaf",
    "overlong of 4, highest": b"\xf0\x8f\xbf\xbf",
    "overlong nul": b"\xc0\x80",
    "surrogate d800": b"\xed\xa0\x80",
    "surrogate dfff": b"\xed\xbf\xbf",
    "surrogate pair": b"\xed\xa0\x80\xed\xb0\x80",
    "above 10ffff": b"\xf4\x90\x80\x80",
    "cut by a letter, of 2": b"\xc3a",
    "cut by a letter, of 3": b"\xe2\x82a",
    "cut by a letter, of 4": b"\xf0\x9f\x98a",
    "cut by a lead": b"\xe2\x82\xe2\x82\xac",
    "wrong behind much that is right": "κόσμε".encode() + b"\xed\xa0\x80" + b"edited",
}
UNFINISHED = {"of 2": b"a\xc3", "of 3": b"a\xe2\x82", "of 4": b"\xf0\x9f\x98", "lead of 4": b"\xf0"}


def followers(lead):
    """What may be the second byte behind lead, and how many follow; None: lead cannot lead."""
    for leads, second, count in (
            (range(0x00, 0x80), None, 0), (range(0xC2, 0xE0), (0x80, 0xBF), 1),
            (range(0xE0, 0xE1), (0xA0, 0xBF), 2), (range(0xED, 0xEE), (0x80, 0x9F), 2),
            (range(0xE1, 0xF0), (0x80, 0xBF), 2), (range(0xF0, 0xF1), (0x90, 0xBF), 3),
            (range(0xF4, 0xF5), (0x80, 0x8F), 3), (range(0xF1, 0xF4), (0x80, 0xBF), 3)):
        if lead in leads:
            return second, count
    return None, None


def first_bad(data):
    """Index of the first byte at which data can no longer become UTF-8 (Unicode, table 3-7)."""
    index = 0
    while index < len(data):
        second, count = followers(data[index])
        if count is None:
            return index
        for step in range(1, count + 1):
            low, high = second if step == 1 else (0x80, 0xBF)
            if index + step < len(data) and not low <= data[index + step] <= high:
                return index + step
        index += count + 1
    raise AssertionError("nothing wrong with it")


@pytest.fixture
def echo(server):
    with WebSocket(server, ECHO) as client:
        yield client


@pytest.mark.parametrize("name", VALID)
def test_valid_text_comes_back(echo, name):
    echo.send_text(VALID[name])
    assert echo.read_text() == VALID[name]


@pytest.mark.parametrize("name", VALID)
def test_valid_text_comes_back_split_at_every_byte(echo, name):
    data = VALID[name].encode()
    for cut in range(len(data) + 1):
        echo.send_bytes(fragments(TEXT, [data[:cut], data[cut:]]))
        assert echo.read_text() == VALID[name], f"split at {cut}"


@pytest.mark.parametrize("name", VALID)
def test_valid_text_comes_back_in_fragments_of_one_byte(echo, name):
    data = VALID[name].encode()
    echo.send_bytes(fragments(TEXT, [data[i:i + 1] for i in range(len(data))]))
    assert echo.read_text() == VALID[name]


@pytest.mark.parametrize("name", INVALID)
def test_invalid_text_ends_with_1007(echo, name):
    echo.send_frame(TEXT, INVALID[name])
    echo.assert_closed(1007)


@pytest.mark.parametrize("name", INVALID)
def test_invalid_text_ends_with_1007_split_at_every_byte(server, name):
    data = INVALID[name]
    for cut in range(len(data) + 1):
        with WebSocket(server, ECHO) as client:
            client.connection.send_as_far_as_possible(fragments(TEXT, [data[:cut], data[cut:]]))
            client.assert_closed(1007)


def assert_fails_at_the_first_bad_byte(server, data, pieces, before):
    """Sends pieces, of which each carries one byte of data; the close must come just behind the
    first bad one, though the message is not over, and none before it."""
    barrier = Turn(server)
    with WebSocket(server, ECHO) as client:
        client.send_bytes(before)
        for index in range(first_bad(data)):
            client.send_bytes(pieces[index])
            barrier.wait()
            assert not client.connection.poll(), f"refused at byte {index}, which is good"
        client.send_bytes(pieces[first_bad(data)])
        client.assert_closed(1007)
    barrier.close()


@pytest.mark.parametrize("name", INVALID)
def test_invalid_text_fails_at_its_first_bad_byte_within_a_frame(server, name):
    data = INVALID[name]
    whole = frame(TEXT, data + b"..........")  # more is announced than comes
    head, body = whole[:6], whole[6:]
    assert_fails_at_the_first_bad_byte(server, data, [body[i:i + 1] for i in range(len(data))], head)


@pytest.mark.parametrize("name", INVALID)
def test_invalid_text_fails_at_its_first_bad_byte_across_fragments(server, name):
    data = INVALID[name]
    pieces = [frame(CONTINUATION, data[i:i + 1], fin=False) for i in range(len(data))]
    assert_fails_at_the_first_bad_byte(server, data, pieces, frame(TEXT, b"", fin=False))


@pytest.mark.parametrize("name", UNFINISHED)
def test_text_that_ends_within_a_character_ends_with_1007(echo, name):
    echo.send_frame(TEXT, UNFINISHED[name])
    echo.assert_closed(1007)


@pytest.mark.parametrize("name", UNFINISHED)
def test_so_does_text_whose_last_fragment_is_empty(echo, name):
    echo.send_bytes(fragments(TEXT, [UNFINISHED[name], b""]))
    echo.assert_closed(1007)


@pytest.mark.parametrize("name", INVALID)
def test_binary_may_hold_anything(echo, name):
    echo.send_frame(2, INVALID[name])
    assert echo.read_message() == (2, INVALID[name])


def test_each_message_is_judged_afresh(echo):
    echo.send_bytes(frame(2, b"\xc3") + frame(TEXT, b"a") + frame(TEXT, "é".encode()))
    assert [echo.read_message()[1] for _ in range(3)] == [b"\xc3", b"a", "é".encode()]
