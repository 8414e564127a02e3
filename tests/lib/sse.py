# SPDX-License-Identifier: MIT
"""Server-Sent Events, the reading side (WHATWG HTML, section 9.2), and a stream of them."""
import time

from . import http
from .wire import PATIENCE_S, Ended, Late


class Event:
    def __init__(self, event, data, last_id, own_id):
        self.event = event  # "message" when the stream did not say
        self.data = data
        self.last_id = last_id  # the last event ID string, as a browser has it
        self.own_id = own_id  # the id field of this very event, None without

    def __repr__(self):
        return f"<{self.event} {self.own_id} {self.data[:200]!r}>"


class Decoder:
    """Bytes in, events out, exactly as an EventSource would give them."""

    def __init__(self):
        self.pending = b""
        self.started = False
        self.first_id = self.last_id = ""  # as a browser has them: a cut event leaves no id
        self.retry_ms = None
        self.comments = []
        self._clear()

    def _clear(self):
        self.event, self.lines, self.own_id = "", [], None

    def feed(self, data):
        self.pending += data
        if not self.started:
            if b"\xef\xbb\xbf".startswith(self.pending[:3]) and len(self.pending) < 3:
                return []
            self.started = True
            self.pending = self.pending.removeprefix(b"\xef\xbb\xbf")
        events = []
        while (line := self._take_line()) is not None:
            if event := self._line(line.decode("utf-8")):
                events.append(event)
        return events

    def _take_line(self):
        at = min((i for i in (self.pending.find(b"\r"), self.pending.find(b"\n")) if i >= 0),
                 default=-1)
        if at < 0:
            return None
        width = 1
        if self.pending[at:at + 1] == b"\r":
            if at + 1 == len(self.pending):
                return None  # CRLF or CR? the next byte tells
            width = 2 if self.pending[at + 1:at + 2] == b"\n" else 1
        line, self.pending = self.pending[:at], self.pending[at + width:]
        return line

    def _line(self, line):
        if not line:
            return self._dispatch()
        if line.startswith(":"):
            self.comments.append(line[1:])
            return None
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self.event = value
        elif field == "data":
            self.lines.append(value)
        elif field == "id" and "\0" not in value:
            self.own_id = value
        elif field == "retry" and value.isascii() and value.isdigit():
            self.retry_ms = int(value)
        return None

    def _dispatch(self):
        event = None
        if self.own_id is not None:
            self.last_id = self.own_id
            self.first_id = self.first_id or self.own_id
        if self.lines:
            event = Event(self.event or "message", "\n".join(self.lines), self.last_id, self.own_id)
        self._clear()
        return event


class Stream:
    """An open event stream on a connection of its own."""

    def __init__(self, server, path, headers=(), **how):
        self.connection = server.connect(**how)
        self.connection.send(http.build("GET", path, [("Accept", "text/event-stream"), *headers],
                                        host=server.authority))
        self.response = self.connection.read_head()
        self.decoder = Decoder()
        self.events = []

    def start(self):
        """Reads the head of the stream: until its first id has come. Gives that id."""
        deadline = time.monotonic() + PATIENCE_S
        while not self.decoder.first_id:
            self._feed(deadline)
        return self.decoder.first_id

    def _feed(self, deadline):
        if "chunked" in self.response.lists("transfer-encoding"):
            raise AssertionError("event streams end with their connection, they are not chunked")
        data = self.connection.read_some(deadline - time.monotonic())
        if not data:
            raise Ended("the stream ended")
        self.events += self.decoder.feed(data)

    def next(self, timeout=PATIENCE_S, heartbeats=False):
        """The next event; heartbeats are passed over unless asked for."""
        deadline = time.monotonic() + timeout
        while True:
            while self.events:
                event = self.events.pop(0)
                if heartbeats or event.event != "heartbeat":
                    return event
            if time.monotonic() > deadline:
                raise Late("no event came")
            self._feed(deadline)

    def close(self):
        self.connection.close()

    def reset(self):
        self.connection.reset()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
