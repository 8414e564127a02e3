# SPDX-License-Identifier: MIT
"""The wire inspector's records: what a raw socket has sent and received, byte for byte."""
import base64
import ctypes
import itertools
import json
import socket
import struct

import pytest

from lib import http, websocket
from lib.wire import until

SERVER_OPTIONS = ["--lab", "--workers", "2", "--heartbeat", "1h"]
ENDS = ("reset", "close", "left")
NAMES = ("short_poll", "long_poll", "sse", "websocket", "ndjson")
KEYS = 64  # at one time
KEPT_BYTES = 1 << 20  # of one key
keys = (f"{number:032x}" for number in itertools.count(0x5eed))


class Recorded(http.HttpConnection):
    """A connection that keeps all it has sent and received."""

    def __init__(self, *arguments, **how):
        self.sent, self.received = b"", b""
        super().__init__(*arguments, **how)

    def send(self, data, **how):
        self.sent += bytes(data)
        super().send(data, **how)

    def _pull(self):
        before = len(self.buffer)
        super()._pull()
        self.received += bytes(self.buffer[before:])


class Wire:
    """What is recorded under a key."""

    def __init__(self, server, key):
        self.server, self.topic = server, f"~wire.{key}"
        assert server.get(f"/short_poll/{self.topic}?since=first").status == 200

    def records(self):
        return [message["data"] for message in self.server.history(self.topic)]

    def await_end(self, count=1):
        """The records once so many connections have ended."""
        def ended():
            records = self.records()
            return sum(record["what"] in ENDS for record in records) >= count and records
        return until(ended, f"{count} ends on the wire")


@pytest.fixture
def key():
    return next(keys)


@pytest.fixture
def wire(server, key):
    return Wire(server, key)


def bytes_of(records, what):
    return b"".join(base64.b64decode(record["data"], validate=True)
                    for record in records if record["what"] == what)


def sequence(records):
    """The kinds of records, in order, each run of one kind once."""
    return [what for what, _ in itertools.groupby(record["what"] for record in records)]


def get(path, server, *headers):
    return http.build("GET", path, headers, host=server.authority)


def assert_same(records, connection):
    assert bytes_of(records, "up") == connection.sent
    assert bytes_of(records, "down") == connection.received


def all_recorded(wire, connection):
    """Whether nothing is on its way between the server's writing and our reading."""
    connection.poll()
    return bytes_of(wire.records(), "down") == connection.received


# ---- each transport, byte for byte ----

def test_short_poll(server, wire, topic, key):
    server.publish_many(topic, "abc")
    with Recorded(server.address) as connection:
        for _ in range(2):
            connection.send(get(f"/short_poll/{topic}?since=first&wire={key}", server))
            assert len(connection.read_response().json()["messages"]) == 3
        client = connection.socket.getsockname()
    records = wire.await_end()
    assert_same(records, connection)
    assert sequence(records) == ["open", "up", "down", "up", "down", "client_end", "close"]
    opening = records[0]
    assert opening["whole"] is True and opening["opened"] > 0
    assert (opening["client"], opening["client_port"]) == client
    assert (opening["server"], opening["server_port"]) == server.address


def test_short_poll_that_closes(server, wire, topic, key):
    with Recorded(server.address) as connection:
        connection.send(get(f"/short_poll/{topic}?close=1&wire={key}", server))
        connection.read_response()
        connection.assert_closed_cleanly()
        records = wire.await_end()
    assert_same(records, connection)
    assert sequence(records) == ["open", "up", "down", "close"]


def test_long_poll(server, wire, topic, key):
    with Recorded(server.address) as connection:
        connection.send(get(f"/long_poll/{topic}?since=now&wire={key}", server))
        server.await_subscribers(topic, 1)
        server.publish(topic, "held, then given")
        assert connection.read_response().json()["messages"][0]["data"] == "held, then given"
    records = wire.await_end()
    assert_same(records, connection)
    assert sequence(records) == ["open", "up", "down", "client_end", "close"]


@pytest.mark.parametrize("name", ["sse", "ndjson"])
def test_streams(server, wire, topic, key, name):
    if name not in server.transports():
        pytest.skip("the module was not built")
    with Recorded(server.address) as connection:
        connection.send(get(f"/{name}/{topic}?since=now&wire={key}", server))
        connection.read_head()
        server.await_subscribers(topic, 1)
        for text in ("one", "two\nlines"):
            server.publish(topic, text)
            connection.read_until(text[-5:].encode())
        connection.read_until(b"\n")
        until(lambda: all_recorded(wire, connection), "all is recorded")
    records = wire.await_end()
    assert_same(records, connection)
    assert sequence(records) == ["open", "up", "down", "client_end", "close"]


def test_websocket(server, wire, topic, key):
    with Recorded(server.address) as connection:
        connection.send(websocket.handshake(f"/websocket/{topic}?wire={key}", server.authority,
                                            protocol="pushlab.json"))
        assert connection.read_head().status == 101
        connection.read_until(b'"ready"')
        command = json.dumps({"publish": {"topic": topic, "type": "text", "data": "hello"}})
        connection.send(websocket.frame(websocket.TEXT, command.encode()))
        connection.read_until(b'"published"')
        connection.send(websocket.frame(websocket.PING, b"are you there?"))
        connection.read_until(b"are you there?")
        connection.send(websocket.close_frame(1000))
        connection.read_to_end()
    records = wire.await_end()
    assert_same(records, connection)
    assert sequence(records)[:3] == ["open", "up", "down"]
    assert sequence(records)[-4:] == ["down", "server_end", "client_end", "close"]


def test_what_comes_behind_the_handshake_in_one_piece(server, wire, topic, key):
    with Recorded(server.address) as connection:
        connection.send(websocket.handshake(f"/websocket/{topic}?wire={key}", server.authority)
                        + websocket.frame(websocket.PING, b"at once"))
        assert connection.read_head().status == 101
        connection.read_until(b"at once")
        connection.send(websocket.close_frame(1000))
        connection.read_to_end()
    assert_same(wire.await_end(), connection)


def test_publish(server, wire, topic, key):
    with Recorded(server.address) as connection:
        connection.send(http.build("POST", f"/publish/{topic}?wire={key}",
                                   [("Content-Type", "text/plain")], b"x" * 5000, server.authority))
        assert connection.read_response().status == 200
    records = wire.await_end()
    assert_same(records, connection)
    assert server.history(topic)[0]["data"] == "x" * 5000


def test_a_page(server, wire, key):
    with Recorded(server.address) as connection:
        for path in ("/time", "/"):
            connection.send(get(f"{path}?wire={key}", server))
            assert connection.read_response().status == 200
    assert_same(wire.await_end(), connection)


def test_a_reader_that_is_slow(server, wire, topic, key):
    """What the kernel takes in parts is recorded in those parts, and once."""
    with Recorded(server.address, receive_buffer=4096) as connection:
        connection.send(get(f"/sse/{topic}?since=now&wire={key}", server))
        connection.read_head()
        server.await_subscribers(topic, 1)
        for letter in "abcdef":
            server.publish(topic, letter * 100_000)
        connection.read_until(b"f" * 100_000 + b"\n\n")
        until(lambda: all_recorded(wire, connection), "all is recorded")
    assert_same(wire.await_end(), connection)


def test_a_request_in_pieces_is_recorded_whole(server, wire, topic, key):
    request = get(f"/short_poll/{topic}?wire={key}", server)
    with Recorded(server.address) as connection:
        for octet in request:
            connection.send(bytes([octet]))
        connection.read_response()
    assert_same(wire.await_end(), connection)


def test_a_reset(server, wire, topic, key):
    connection = Recorded(server.address)
    connection.send(get(f"/sse/{topic}?wire={key}", server))
    connection.read_head()
    server.await_subscribers(topic, 1)
    connection.reset()
    assert wire.await_end()[-2]["what"] == "reset"


# ---- a packet capture of the same connection ----

class Capture:
    """What TCP carries on the loopback, both ways of one connection, put together by its sequence
    numbers. Needs the right to (CAP_NET_RAW)."""
    EVERY_PROTOCOL, OUTGOING, ATTACH_FILTER = 3, 4, 26

    def __init__(self, port):
        try:
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                        socket.htons(self.EVERY_PROTOCOL))
        except PermissionError:
            pytest.skip("no right to capture packets (CAP_NET_RAW)")
        program = self.filter(port)
        room = ctypes.create_string_buffer(program)
        self.socket.setsockopt(socket.SOL_SOCKET, self.ATTACH_FILTER, struct.pack(
            "HL", len(program) // 8, ctypes.addressof(room)))
        self.socket.bind(("lo", 0))
        self.socket.setblocking(False)
        self.segments = {}  # (from port, to port) -> {sequence number: bytes}
        self.starts = {}

    @staticmethod
    def filter(port):
        """TCP from or to the port, so that others' packets cannot fill the buffer (bpf(2))."""
        return b"".join(struct.pack("HBBI", *step) for step in (
            (0x30, 0, 0, 9),         # the protocol
            (0x15, 0, 6, 6),         # is TCP, or drop
            (0xB1, 0, 0, 0),         # behind the IP header
            (0x48, 0, 0, 0),         # the port it comes from
            (0x15, 2, 0, port),
            (0x48, 0, 0, 2),         # the port it goes to
            (0x15, 0, 1, port),
            (0x06, 0, 0, 1 << 18),   # take it whole
            (0x06, 0, 0, 0)))        # drop it

    def _take(self, packet):
        size = (packet[0] & 0xF) * 4
        total, protocol = struct.unpack_from(">2xH5xB", packet)
        if packet[0] >> 4 != 4 or protocol != socket.IPPROTO_TCP:
            return
        tcp = packet[size:total]
        source, target, sequence = struct.unpack_from(">HHI", tcp)
        data = tcp[(tcp[12] >> 4) * 4:]
        if tcp[13] & 2:  # SYN
            self.starts[source, target] = sequence + 1
        elif data:
            self.segments.setdefault((source, target), {})[sequence] = data

    def carried(self, source, target):
        """All bytes of one way that were captured so far, without holes."""
        while True:
            try:
                packet, address = self.socket.recvfrom(1 << 17)
            except BlockingIOError:
                break
            if address[2] != self.OUTGOING:  # on the loopback each packet is seen twice
                self._take(packet)
        start, carried = self.starts.get((source, target), 0), b""
        segments = self.segments.get((source, target), {})
        while (data := segments.get(start + len(carried) & 0xFFFFFFFF)) is not None:
            carried += data
        return carried


@pytest.fixture
def capture(server):
    running = Capture(server.port)
    yield running
    running.socket.close()


def converse(name, connection, server, topic, key):
    """A conversation over one transport, with something said both ways."""
    path = f"/{name}/{topic}?since=now&wire={key}"
    if name == "websocket":
        connection.send(websocket.handshake(path, server.authority))
        connection.send(websocket.frame(websocket.PING, b"both ways"))
        connection.read_until(b"both ways")
    else:
        connection.send(get(path, server))
    if name == "short_poll":
        connection.read_response()
        connection.send(get(f"/{name}/{topic}?since=first&wire={key}", server))
    else:
        server.await_subscribers(topic, 1)
        server.publish(topic, "captured")
    connection.read_until(b"captured" if name != "short_poll" else b"]}")


@pytest.mark.parametrize("name", NAMES)
def test_the_records_are_what_a_capture_sees(server, wire, topic, key, capture, name):
    if name not in server.transports():
        pytest.skip("the module was not built")
    with Recorded(server.address) as connection:
        client = connection.socket.getsockname()[1]
        converse(name, connection, server, topic, key)
        until(lambda: all_recorded(wire, connection), "all is recorded")
    records = wire.await_end()
    for what, ports in (("up", (client, server.port)), ("down", (server.port, client))):
        recorded = bytes_of(records, what)
        assert recorded, f"nothing went {what}"
        until(lambda r=recorded, p=ports: capture.carried(*p) == r, f"the capture's bytes {what}")


# ---- only one's own ----

def test_without_lab_there_is_none(serve, key):
    server = serve()
    assert server.get(f"/short_poll/~wire.{key}?since=first").status == 404
    assert server.get(f"/sse/~wire.{key}").status == 404
    assert server.get(f"/short_poll/t?wire={key}").status == 200


def test_another_key_gives_nothing(server, wire, topic, key):
    other = Wire(server, next(keys))
    with Recorded(server.address) as connection:
        connection.send(get(f"/short_poll/{topic}?wire={key}", server))
        connection.read_response()
    assert wire.await_end()
    assert other.records() == []


def test_only_requests_with_the_key(server, wire, topic, key):
    """Behind a proxy the next request may be somebody else's."""
    secret = f"/short_poll/{topic}?since=first&secret=1"
    mine = f"/short_poll/{topic}?wire={key}"
    with Recorded(server.address) as connection:
        for path in (secret, mine, secret, mine):
            connection.send(get(path, server))
            connection.read_response()
    records = wire.await_end(2)
    assert b"secret" not in bytes_of(records, "up")
    assert bytes_of(records, "up") == 2 * get(mine, server)
    assert bytes_of(records, "down").count(b"HTTP/1.1 200") == 2
    opens = [record for record in records if record["what"] == "open"]
    assert [record["whole"] for record in opens] == [False, False]
    assert opens[0]["connection"] == opens[1]["connection"]
    once = ["open", "up", "down"]
    assert sequence(records) == [*once, "left", *once, "client_end", "close"]


def test_pipelined_with_the_requests_of_others(server, wire, topic, key):
    secret = get(f"/short_poll/{topic}?since=first&secret=1", server)
    mine = get(f"/short_poll/{topic}?wire={key}", server)
    with Recorded(server.address) as connection:
        connection.send(secret + mine + secret + mine + secret)
        for _ in range(5):
            connection.read_response()
    records = wire.await_end(2)
    assert bytes_of(records, "up") == 2 * mine
    assert bytes_of(records, "down").count(b"HTTP/1.1 200") == 2


def test_two_keys_on_one_connection(server, wire, topic, key):
    second = next(keys)
    other = Wire(server, second)
    with Recorded(server.address) as connection:
        for name in (key, second):
            connection.send(get(f"/short_poll/{topic}?wire={name}", server))
            connection.read_response()
    assert bytes_of(wire.await_end(), "up") == get(f"/short_poll/{topic}?wire={key}", server)
    assert bytes_of(other.await_end(), "up") == get(f"/short_poll/{topic}?wire={second}", server)


def test_nothing_is_kept_for_a_key_that_nobody_reads(server, topic, key):
    with Recorded(server.address) as connection:
        connection.send(get(f"/short_poll/{topic}?wire={key}", server))
        connection.read_response()
    assert Wire(server, key).records() == []


@pytest.mark.parametrize("name", ["~wire", "~wire.", "~wire.1234", f"~wire.{'g' * 16}",
                                  f"~wire.{'a' * 65}", "~Wire.0123456789abcdef"])
def test_what_is_no_key(server, name):
    assert server.get(f"/short_poll/{name}?since=first").status == 404


def test_who_reads_is_not_recorded(server, wire, key):
    assert server.get(f"/sse/{wire.topic}?wire={key}").status == 400
    assert server.get(f"/sse/%7Ewire.{key}?w%69re={key}").status == 400
    assert server.get(f"/sse?topics={wire.topic},other").status == 400
    assert server.get(f"/sse?topics=other,{wire.topic}").status == 400
    assert wire.topic not in server.topics()
    answer = server.ask("POST", f"/publish/{wire.topic}", [("Content-Type", "text/plain")], b"x")
    assert answer.status == 403


def test_a_websocket_cannot_follow_it(server, wire, topic, key):
    with websocket.WebSocket(server, f"/websocket/{topic}?wire={key}",
                             protocol="pushlab.json") as client:
        client.read_json()
        client.send_json({"subscribe": {"topic": wire.topic}})
        assert "error" in client.read_json()


def test_other_sites_cannot_read(server, wire):
    foreign = ("Origin", "http://elsewhere.example")
    answer = server.get(f"/short_poll/{wire.topic}", foreign)
    assert answer.header("access-control-allow-origin") is None
    handshake = websocket.handshake(f"/websocket/{wire.topic}", server.authority, [foreign])
    with server.connect() as connection:
        connection.send(handshake)
        assert connection.read_response().status == 403


# ---- limits ----

def test_keys_are_limited(serve):
    server = serve("--lab")
    names = [next(keys) for _ in range(KEYS)]
    for name in names:
        assert server.get(f"/short_poll/~wire.{name}?since=first").status == 200
    answer = server.get(f"/short_poll/~wire.{next(keys)}?since=first")
    assert answer.status == 503 and answer.header("retry-after")
    assert server.get(f"/short_poll/~wire.{names[0]}?since=first").status == 200


def test_bytes_are_limited(server, wire, topic, key):
    """The oldest go, and who has not read them is told the gap."""
    start = server.head_cursor(wire.topic)
    server.publish(topic, "x" * 500_000)
    with Recorded(server.address) as connection:
        for _ in range(4):
            connection.send(get(f"/short_poll/{topic}?wire={key}", server))
            connection.read_response()
    wire.await_end()
    assert sum(len(json.dumps(record)) for record in wire.records()) <= KEPT_BYTES
    assert server.get(f"/short_poll/{wire.topic}?since={start}").json()["gap"]["count"] > 0


def test_the_server_ends_with_taps_open(serve, topic, key):
    server = serve("--lab", "--workers", "2")
    Wire(server, key)
    reader = server.connect()
    reader.send(get(f"/sse/~wire.{key}?since=first", server))
    reader.read_head()
    streams = [Recorded(server.address) for _ in range(4)]
    for stream in streams:
        stream.send(get(f"/sse/{topic}?wire={key}", server))
        stream.read_head()
    server.stop()
    for connection in (reader, *streams):
        connection.read_to_end()
        connection.close()
