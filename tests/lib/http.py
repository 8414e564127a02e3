# SPDX-License-Identifier: MIT
"""HTTP/1.x by hand: requests are bytes, and an answer is read by its framing and not one byte
further, so that pipelining, framing mistakes and early closes all show."""
import json
import re

from .wire import PATIENCE_S, Connection

STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9]) [^\x00-\x1f\x7f]*\Z")
HEADER_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)\Z")


class Response:
    def __init__(self, status, version, headers, body):
        self.status, self.version, self.headers, self.body = status, version, headers, body

    def header(self, name, default=None):
        """The one value of a header; that it came twice is an error."""
        values = [value for key, value in self.headers if key == name.lower()]
        assert len(values) <= 1, f"{name} came {len(values)} times: {values}"
        return values[0] if values else default

    def lists(self, name):
        """The items of a comma-separated header, all lines together, in lower case."""
        values = [value for key, value in self.headers if key == name.lower()]
        return [item.strip().lower() for value in values for item in value.split(",") if item.strip()]

    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:300]!r}>"


def build(method, path, headers=(), body=None, host="localhost", version="HTTP/1.1"):
    """The bytes of a request. headers: pairs. host=None leaves Host out."""
    lines = [f"{method} {path} {version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in headers]
    if body is not None and not any(name.lower() == "transfer-encoding" for name, _ in headers):
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (body or b"")


def chunked(*pieces):
    """A chunked body of the pieces."""
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def parse_head(head):
    """Status, version and headers of an answer's head; strict, as a proxy would be."""
    lines = head[: -len(b"\r\n\r\n")].split(b"\r\n")
    status = STATUS_LINE.match(lines[0])
    assert status, f"not a status line: {lines[0]!r}"
    headers = []
    for line in lines[1:]:
        field = HEADER_LINE.match(line)
        assert field, f"not a header line: {line!r}"
        headers.append((field[1].decode().lower(), field[2].decode("latin-1").strip()))
    return int(status[1]), lines[0][:8].decode(), headers


class HttpConnection(Connection):
    """A connection that also reads answers."""

    def read_head(self, timeout=PATIENCE_S):
        status, version, headers = parse_head(self.read_until(b"\r\n\r\n", timeout))
        return Response(status, version, headers, b"")

    def read_response(self, method="GET", timeout=PATIENCE_S):
        """One whole answer, final or interim."""
        response = self.read_head(timeout)
        coding, length = response.header("transfer-encoding"), response.header("content-length")
        assert not (coding and length), "an answer with both framings"
        if method == "HEAD" or response.status < 200 or response.status in (204, 304):
            return response
        if coding:
            assert coding.lower() == "chunked", coding
            response.body = b"".join(self.chunks(timeout))
        elif length is not None:
            assert length.isascii() and length.isdigit(), f"Content-Length: {length}"
            response.body = self.read_exactly(int(length), timeout)
        else:
            assert "close" in response.lists("connection") or response.version == "HTTP/1.0", (
                "no framing, and the connection is not said to close: " + repr(response))
            response.body = self.read_to_end(timeout)
        return response

    def chunks(self, timeout=PATIENCE_S):
        while size := int(self.read_until(b"\r\n", timeout)[:-2].split(b";")[0], 16):
            data = self.read_exactly(size + 2, timeout)
            assert data.endswith(b"\r\n"), "a chunk without its CRLF"
            yield data[:-2]
        while self.read_until(b"\r\n", timeout) != b"\r\n":
            pass

    def ask(self, method, path, headers=(), body=None, host="localhost", timeout=PATIENCE_S):
        self.send(build(method, path, headers, body, host))
        return self.read_response(method, timeout)

    def assert_closed_cleanly(self, timeout=PATIENCE_S):
        """Nothing more comes, and the end is FIN, not RST: a reset may destroy the answer."""
        rest = self.read_to_end(timeout)
        assert rest == b"", f"after the answer came {rest[:300]!r}"
        assert not self.was_reset, "the connection was reset"
