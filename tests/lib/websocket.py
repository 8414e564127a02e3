# SPDX-License-Identifier: MIT
"""A small RFC 6455 client that can also do everything wrong."""
import base64
import hashlib
import json
import os
import struct
import time
import zlib

from . import http
from .wire import PATIENCE_S

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
EMPTY_BLOCK = b"\x00\x00\xff\xff"


def mask(payload, key):
    """XOR of the payload with the key, over and over (RFC 6455, 5.3)."""
    if not payload:
        return b""
    stream = (key * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(
        len(payload), "big")


def frame(opcode, payload=b"", fin=True, rsv=0, key=b"\x11\x22\x33\x44", length=None, form=None):
    """A client's frame. key=None leaves the mask out; length lies about the length; form 7, 16 or
    64 picks the form of the length field, minimal or not."""
    size = len(payload) if length is None else length
    form = form or (7 if size < 126 else 16 if size < 1 << 16 else 64)
    masked = 0x80 if key is not None else 0
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if form == 7:
        head += bytes([masked | size])
    elif form == 16:
        head += bytes([masked | 126]) + struct.pack(">H", size)
    else:
        head += bytes([masked | 127]) + struct.pack(">Q", size)
    return head + (key + mask(payload, key) if key is not None else payload)


def fragments(opcode, pieces, rsv=0):
    """One message in as many frames as there are pieces."""
    last = len(pieces) - 1
    return b"".join(
        frame(opcode if i == 0 else CONTINUATION, piece, fin=i == last, rsv=rsv if i == 0 else 0)
        for i, piece in enumerate(pieces))


def close_frame(code=None, reason=b""):
    return frame(CLOSE, b"" if code is None else struct.pack(">H", code) + reason)


def deflate(data, window=15, level=6):
    """A message's payload as permessage-deflate wants it (RFC 7692, 7.2.1)."""
    compressor = zlib.compressobj(level, zlib.DEFLATED, -window)
    packed = compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH)
    assert packed.endswith(EMPTY_BLOCK)
    return packed[:-4]


def inflate(data, window=15):
    """The reverse, with a fresh window: holds only without context takeover."""
    inflater = zlib.decompressobj(-window)
    plain = inflater.decompress(data + EMPTY_BLOCK)
    assert not inflater.unconsumed_tail
    return plain


def handshake(path, authority, headers=(), key="dGhlIHNhbXBsZSBub25jZQ==", protocol=None,
              extensions=None, without=(), method="GET", version="HTTP/1.1"):
    """The bytes of an opening handshake; `without` names headers to leave out."""
    lines = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", key),
             ("Sec-WebSocket-Version", "13")]
    if protocol:
        lines.append(("Sec-WebSocket-Protocol", protocol))
    if extensions:
        lines.append(("Sec-WebSocket-Extensions", extensions))
    lines = [line for line in lines if line[0] not in without]
    return http.build(method, path, lines + list(headers), host=authority, version=version)


class Frame:
    def __init__(self, fin, rsv, opcode, payload):
        self.fin, self.rsv, self.opcode, self.payload = fin, rsv, opcode, payload

    @property
    def close_code(self):
        assert self.opcode == CLOSE, self
        return struct.unpack(">H", self.payload[:2])[0] if self.payload else None

    def __repr__(self):
        return f"<fin={self.fin} rsv={self.rsv} op={self.opcode:x} {self.payload[:200]!r}>"


class WebSocket:
    """A connection past its handshake. Pings are answered unless answer_pings is False."""

    def __init__(self, server, path, headers=(), protocol=None, extensions=None, first=b"", **how):
        self.connection = server.connect(**how)
        key = base64.b64encode(os.urandom(16)).decode()
        self.connection.send(handshake(path, server.authority, headers, key, protocol, extensions)
                             + first)
        self.response = self.connection.read_response()
        assert self.response.status == 101, self.response
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        assert self.response.header("sec-websocket-accept") == accept
        assert self.response.header("upgrade", "").lower() == "websocket"
        assert self.response.lists("connection") == ["upgrade"]
        self.deflates = "permessage-deflate" in self.response.header("sec-websocket-extensions", "")
        self.answer_pings = True
        self.pongs = []

    # ---- sending ----

    def send_bytes(self, data, **how):
        self.connection.send(data, **how)

    def send_frame(self, opcode, payload=b"", **how):
        self.connection.send(frame(opcode, payload, **how))

    def send_text(self, text):
        self.send_frame(TEXT, text.encode())

    def send_json(self, value):
        self.send_text(json.dumps(value))

    # ---- receiving ----

    def read_frame(self, timeout=PATIENCE_S):
        """One frame as it came; what a server must never send is an error here."""
        deadline = time.monotonic() + timeout

        def read(count):
            return self.connection.read_exactly(count, max(deadline - time.monotonic(), 0.001))

        first, second = read(2)
        assert not second & 0x80, "a masked frame from a server (RFC 6455, 5.1)"
        size = second & 0x7F
        if size == 126:
            size = struct.unpack(">H", read(2))[0]
            assert size > 125, "a length not in its shortest form"
        elif size == 127:
            size = struct.unpack(">Q", read(8))[0]
            assert size > 0xFFFF, "a length not in its shortest form"
        got = Frame(bool(first & 0x80), first >> 4 & 7, first & 0xF, read(size))
        if got.opcode >= CLOSE:
            assert got.fin and size <= 125, f"a control frame too long or in pieces: {got}"
        assert not got.rsv & 3, got
        return got

    def read_message(self, timeout=PATIENCE_S):
        """The next whole message: (opcode, payload), inflated when it came deflated. A close frame
        comes as (CLOSE, payload)."""
        deadline = time.monotonic() + timeout
        opcode, compressed, pieces = None, False, []
        while True:
            got = self.read_frame(max(deadline - time.monotonic(), 0.001))
            if got.opcode == PING:
                if self.answer_pings:
                    self.send_frame(PONG, got.payload)
                continue
            if got.opcode == PONG:
                self.pongs.append(got.payload)
                continue
            if got.opcode == CLOSE:
                return CLOSE, got.payload
            if opcode is None:
                assert got.opcode in (TEXT, BINARY), f"a message begins with {got}"
                opcode, compressed = got.opcode, bool(got.rsv & 4)
                assert not compressed or self.deflates, "RSV1 without permessage-deflate"
            else:
                assert got.opcode == CONTINUATION and not got.rsv, f"within a message: {got}"
            pieces.append(got.payload)
            if got.fin:
                payload = b"".join(pieces)
                return opcode, inflate(payload) if compressed else payload

    def read_text(self, timeout=PATIENCE_S):
        opcode, payload = self.read_message(timeout)
        assert opcode == TEXT, (opcode, payload[:300])
        return payload.decode("utf-8")

    def read_json(self, timeout=PATIENCE_S):
        return json.loads(self.read_text(timeout))

    def read_close(self, timeout=PATIENCE_S):
        """Passes over what comes before the close frame; gives its code."""
        deadline = time.monotonic() + timeout
        while (got := self.read_frame(max(deadline - time.monotonic(), 0.001))).opcode != CLOSE:
            pass
        return got.close_code

    def assert_closed(self, *codes):
        """The server fails the connection: a close frame with one of codes, then the end; nothing
        comes between them."""
        code = self.read_close()
        assert code in codes, f"close code {code}, not {codes}"
        self.connection.read_to_end()

    def leave(self, code=1000):
        """The clean way out: our close, its answer, the end."""
        self.connection.send(close_frame(code))
        assert self.read_close() == code
        self.connection.read_to_end()
        self.connection.close()

    def close(self):
        self.connection.close()

    def reset(self):
        self.connection.reset()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
