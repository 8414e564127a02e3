# SPDX-License-Identifier: MIT
"""Where a request ends: two readers of one request must never be able to differ (smuggling)."""
import pytest

from lib import http

CONTENT_LENGTH = {
    "plus": b"+4", "minus": b"-4", "hexadecimal": b"0x4", "list": b"4, 4", "two words": b"4 4",
    "empty": b"", "letters": b"4a", "float": b"4.0", "exponent": b"4e0", "underscore": b"4_0",
    "2^64": b"18446744073709551616", "2^64+4": b"18446744073709551620", "2^63": b"9223372036854775808",
    "many digits": b"9" * 400, "quoted": b'"4"', "full-width digit": "４".encode(),
}
TRANSFER_ENCODING = {
    "twice": (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", (400,)),
    "chunked twice": (b"Transfer-Encoding: chunked, chunked\r\n", (400,)),
    "chunked not last": (b"Transfer-Encoding: chunked, gzip\r\n", (400, 501)),
    "unknown": (b"Transfer-Encoding: foo\r\n", (501,)),
    "gzip before chunked": (b"Transfer-Encoding: gzip, chunked\r\n", (501,)),
    "identity": (b"Transfer-Encoding: identity\r\n", (400, 501)),
    "xchunked": (b"Transfer-Encoding: xchunked\r\n", (501,)),
    "chunkedx": (b"Transfer-Encoding: chunkedx\r\n", (501,)),
    "empty": (b"Transfer-Encoding:\r\n", (400, 501)),
    "comma": (b"Transfer-Encoding: ,chunked\r\n", (400, 501)),
    "space before colon": (b"Transfer-Encoding : chunked\r\n", (400,)),
    "tab before colon": (b"Transfer-Encoding\t: chunked\r\n", (400,)),
    "vertical tab": (b"Transfer-Encoding: \x0bchunked\r\n", (400,)),
    "nul": (b"Transfer-Encoding: chunked\0\r\n", (400,)),
    "quoted": (b'Transfer-Encoding: "chunked"\r\n', (400, 501)),
    "parameter": (b"Transfer-Encoding: chunked;x=1\r\n", (400, 501)),
    "folded": (b"Transfer-Encoding:\r\n chunked\r\n", (400,)),
    "with a length": (b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", (400,)),
    "length behind": (b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", (400,)),
    "length zero": (b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", (400,)),
}
CHUNKS = {
    "minus": b"-1\r\nx\r\n0\r\n\r\n",
    "plus": b"+1\r\nx\r\n0\r\n\r\n",
    "prefix": b"0x1\r\nx\r\n0\r\n\r\n",
    "space before": b" 1\r\nx\r\n0\r\n\r\n",
    "letter": b"g\r\nx\r\n0\r\n\r\n",
    "empty size": b"\r\nx\r\n0\r\n\r\n",
    "8-bit size": b"\x80\r\nx\r\n0\r\n\r\n",
    "17 digits": b"10000000000000005\r\nhello\r\n0\r\n\r\n",
    "17 f": b"fffffffffffffffff\r\nx",
    "line feed behind the size": b"1\nx\r\n0\r\n\r\n",
    "carriage return behind the size": b"1\rx\r\n0\r\n\r\n",
    "no end of the data": b"1\r\nx0\r\n\r\n",
    "data too long": b"1\r\nxy\r\n0\r\n\r\n",
    "line feed behind the data": b"1\r\nx\n0\r\n\r\n",
    "nul in an extension": b"1;a=\0\r\nx\r\n0\r\n\r\n",
    "line feed in an extension": b"1;a\nb\r\nx\r\n0\r\n\r\n",
    "trailer without colon": b"1\r\nx\r\n0\r\nbad\r\n\r\n",
    "trailer with a space before the colon": b"1\r\nx\r\n0\r\na : b\r\n\r\n",
    "nul in a trailer": b"1\r\nx\r\n0\r\na: \0\r\n\r\n",
    "line feed behind a trailer": b"1\r\nx\r\n0\r\na: b\n\r\n",
    "folded trailer": b"1\r\nx\r\n0\r\na: b\r\n c\r\n\r\n",
}
ENDLESS = {
    "extension": (b"1;", b"a" * 65536),
    "trailer": (b"1\r\nx\r\n0\r\n", b"a: b\r\n" * 10000),
    "trailer line": (b"1\r\nx\r\n0\r\na: ", b"b" * 65536),
    "zeros": (b"", b"0" * 65536),
}
GOOD_CHUNKS = {
    "one": b"5\r\nhello\r\n0\r\n\r\n",
    "two": b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    "single bytes": b"".join(b"1\r\n%c\r\n" % c for c in b"hello") + b"0\r\n\r\n",
    "leading zeros": b"0005\r\nhello\r\n000\r\n\r\n",
    "extension": b"5;name=value\r\nhello\r\n0;last\r\n\r\n",
    "quoted extension": b'5;name="a b;c"\r\nhello\r\n0\r\n\r\n',
    "one trailer": b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n",
    "two trailers": b"5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n",
    "trailer named like a header": b"5\r\nhello\r\n0\r\nContent-Length: 1\r\n\r\n",
}
SECOND = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def publishing(headers, body=b"", version=b"HTTP/1.1", topic="framing"):
    return (b"POST /publish/%s %s\r\nHost: localhost\r\n" % (topic.encode(), version)
            + headers + b"\r\n" + body)


def assert_refused(server, request, statuses):
    """One answer with one of statuses, then the connection ends: what follows is not believed."""
    with server.connect() as connection:
        connection.send_as_far_as_possible(request)
        answer = connection.read_response()
        assert answer.status in statuses, answer
        assert "close" in answer.lists("connection"), answer
        assert answer.json()["error"]
        connection.assert_closed_cleanly()


@pytest.mark.parametrize("name", CONTENT_LENGTH)
def test_a_content_length_that_is_no_number_is_refused(server, name):
    value = CONTENT_LENGTH[name]
    statuses = (400, 413) if value.isdigit() else (400,)
    assert_refused(server, publishing(b"Content-Length: %s\r\n" % value, b"abcd" + SECOND), statuses)


@pytest.mark.parametrize("second", [b"4", b"5", b"0", b""])
def test_a_second_content_length_is_refused(server, second):
    headers = b"Content-Length: 4\r\nContent-Length: %s\r\n" % second
    assert_refused(server, publishing(headers, b"abcd" + SECOND), (400,))


@pytest.mark.parametrize("name", TRANSFER_ENCODING)
def test_a_doubtful_transfer_encoding_is_refused(server, name):
    headers, statuses = TRANSFER_ENCODING[name]
    assert_refused(server, publishing(headers, b"0\r\n\r\n" + SECOND), statuses)


def test_transfer_encoding_in_http_1_0_is_refused(server):
    request = publishing(b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n", version=b"HTTP/1.0")
    assert_refused(server, request, (400,))


@pytest.mark.parametrize("name", CHUNKS)
def test_a_malformed_chunk_is_refused(server, name):
    request = publishing(b"Transfer-Encoding: chunked\r\n", CHUNKS[name] + SECOND)
    assert_refused(server, request, (400, 413))


@pytest.mark.parametrize("name", ENDLESS)
def test_what_surrounds_chunks_is_bounded(server, name):
    begin, more = ENDLESS[name]
    request = publishing(b"Transfer-Encoding: chunked\r\n", begin + more)
    assert_refused(server, request, (400, 413, 431))


@pytest.mark.parametrize("name", GOOD_CHUNKS)
@pytest.mark.parametrize("coding", ["chunked", "Chunked", "CHUNKED"])
def test_chunked_bodies_are_decoded(server, topic, name, coding):
    headers = b"Transfer-Encoding: %s\r\n" % coding.encode()
    with server.connect() as connection:
        connection.send(publishing(headers, GOOD_CHUNKS[name], topic=topic) + SECOND)
        assert connection.read_response().status == 200
        assert connection.read_response().json(), "the request behind the chunks"
    assert [message["data"] for message in server.history(topic)] == ["hello"]


def test_a_chunked_body_is_bounded_by_the_publish_limit(server, topic):
    piece = b"x" * 65536
    exact = http.chunked(*[piece] * 16)
    over = http.chunked(*[piece] * 16, b"y")
    with server.connect() as connection:
        connection.send(publishing(b"Transfer-Encoding: chunked\r\n", exact, topic=topic))
        assert connection.read_response().status == 200
    assert_refused(server, publishing(b"Transfer-Encoding: chunked\r\n", over, topic=topic), (413,))


@pytest.mark.parametrize("size", [b"ffffffffffffffff", b"7fffffffffffffff", b"80000000"])
def test_a_huge_chunk_is_refused_by_its_size(server, size):
    request = publishing(b"Transfer-Encoding: chunked\r\n", size + b"\r\nx")
    assert_refused(server, request, (400, 413))


def test_a_huge_content_length_is_refused_by_its_size(server):
    assert_refused(server, publishing(b"Content-Length: 1048577\r\n", b"x"), (413,))


def test_a_refused_body_is_not_read_as_a_request(server, topic):
    """The classic: the body holds a request, for a reader that takes the other framing."""
    inner = publishing(b"Content-Length: 8\r\n", b"smuggled", topic=topic)
    outer = (b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % (len(inner) + 5))
    assert_refused(server, publishing(outer, b"0\r\n\r\n" + inner), (400,))
    assert server.history(topic) == []


def test_a_get_with_a_body_keeps_its_framing(server):
    body = b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with server.connect() as connection:
        connection.send(http.build("GET", "/healthz", body=body) + SECOND)
        first, second = connection.read_response(), connection.read_response()
        assert second.status == 200 or "close" in first.lists("connection")
        assert 404 not in (first.status, second.status)


@pytest.mark.parametrize("path", ["/healthz", "/short_poll/t?since=now", "/publish/framing"])
def test_the_content_type_multipart_does_not_break_the_answers_framing(server, path):
    method, body = ("POST", b"x") if "publish" in path else ("GET", None)
    request = http.build(method, path, [("Content-Type", "multipart/form-data; boundary=x")], body)
    with server.connect() as connection:
        connection.send(request + SECOND)
        first = connection.read_response()
        assert first.status == 200 and first.body
        assert connection.read_response().status == 200
