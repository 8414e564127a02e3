# SPDX-License-Identifier: MIT
"""One subscriber class per transport, all with the same face, so that a contract case is written
once and runs over every transport:

    subscriber = SUBSCRIBERS["sse"](server)
    subscriber.subscribe("topic", since="first")
    subscriber.cursor            known from the start, before any message
    subscriber.next(timeout)     a Message or a Gap
    subscriber.next_message()    a Message; a Gap is an error
    subscriber.close()           or .reset(): leaves with RST

A new transport gets a class here and its name in SUBSCRIBERS; the suites find it.
"""
import base64
import html
import json
import re
import time
from urllib.parse import quote

from . import http, sse, websocket
from .server import PAGES
from .wire import PATIENCE_S, Ended, Late

BINARY = "application/octet-stream"


class Message:
    def __init__(self, value, raw):
        self.id, self.topic = value["id"], value.get("topic")
        self.seq, self.time = value.get("seq"), value.get("time")
        self.event, self.type = value.get("event"), value.get("type")
        self.data = value["data"]  # as it stands in the JSON; a string where there is no JSON
        self.raw = raw  # the text in which it came

    @property
    def payload(self):
        """What was published, as bytes; for json: printed again without white space."""
        if self.type == "binary":
            return base64.b64decode(self.data, validate=True)
        if self.type == "json":
            return json.dumps(self.data, separators=(",", ":"), ensure_ascii=False).encode()
        return self.data.encode("utf-8")

    def __repr__(self):
        return f"<message {self.id} {str(self.data)[:60]!r}>"


class Gap:
    def __init__(self, value):
        assert set(value) == {"topic", "from", "to", "count", "reason"}, value
        self.topic, self.count, self.reason = value["topic"], value["count"], value["reason"]
        self.first, self.last = value["from"], value["to"]
        assert isinstance(self.reason, str) and self.reason, value

    @property
    def known(self):
        return self.count is not None

    def __repr__(self):
        return f"<gap {self.topic} {self.first}..{self.last} {self.count}: {self.reason}>"


class Subscriber:
    """What all have in common. Subclasses fill `_items` and keep `cursor`."""

    name = ""  # the transport
    streams = True  # holds its place at the server while nothing comes
    waits = False  # a poll that is held there
    typed = True  # tells a message's type

    def __init__(self, server, receive_buffer=None, query=""):
        self.server = server
        self.query = query  # further queries: "&coalesce=5"
        self.how = {"receive_buffer": receive_buffer} if receive_buffer else {}
        self.cursor = None
        self.topics = None
        self._items = []

    def path(self, topic, since, more=""):
        where = f"/{self.name}?topics={topic}&" if "," in topic else f"/{self.name}/{topic}?"
        since = "" if since is None else "since=" + quote(since, safe="")
        return where + since + self.query + more

    def subscribe(self, topic, since="now"):
        raise NotImplementedError

    def arm(self):
        """Makes a poll wait at the server now instead of in next(); streams do so anyway."""

    def _fetch(self, deadline):
        raise NotImplementedError

    def next(self, timeout=PATIENCE_S):
        deadline = time.monotonic() + timeout
        while not self._items:
            if time.monotonic() > deadline:
                raise Late(f"nothing came over {self.name} after {self.cursor}")
            self._fetch(deadline)
        item = self._items.pop(0)
        return item

    def next_message(self, timeout=PATIENCE_S):
        item = self.next(timeout)
        assert isinstance(item, Message), f"{item} over {self.name}"
        return item

    def next_gap(self, timeout=PATIENCE_S):
        item = self.next(timeout)
        assert isinstance(item, Gap), f"{item} over {self.name}"
        return item

    def take(self, count, timeout=PATIENCE_S):
        return [self.next_message(timeout) for _ in range(count)]

    def expected(self, payload, content_type):
        """What the subscriber's Message.payload must be for what was published."""
        return payload

    def _see_message(self, value, raw):
        message = Message(value, raw)
        self._items.append(message)
        if message.topic is not None and self._lists():
            cursors = dict(part.split(":", 1) for part in self.cursor.split(","))
            cursors[message.topic] = message.id
            self.cursor = ",".join(f"{name}:{cursor}" for name, cursor in cursors.items())
        else:
            self.cursor = message.id

    def _lists(self):
        return self.topics is not None and "," in self.topics

    def close(self):
        self.connection.close()

    def reset(self):
        self.connection.reset()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Poll(Subscriber):
    """Both polls: a cursor, a batch, and again. `cursor` moves as messages are taken from a batch,
    so that one can leave in the middle of it."""

    streams = False
    wait = ""

    def subscribe(self, topic, since="now"):
        self.topics = topic
        self.connection = self.server.connect(**self.how)
        self.armed = False
        self.cursor = since or "-1"
        self._ask(since, "&wait=0" if self.waits else "")
        self.response = self._read()
        assert self.response.status == 200, self.response
        return self

    def _ask(self, since, more):
        self.connection.send(http.build("GET", self.path(self.topics, since, more),
                                        host=self.server.authority))

    def _read(self, timeout=PATIENCE_S):
        response = self.connection.read_response(timeout=timeout)
        if response.status == 200:
            batch = self._batch_of(response)
            assert batch["next"] == response.header("pushlab-next"), response
            self._batch(batch, response.body.decode())
        return response

    def _batch_of(self, response):
        return response.json()

    def _batch(self, batch, raw):
        messages = [Message(value, value.pop("raw", raw)) for value in batch["messages"]]
        # `gaps` is there only for a reader of many topics that has missed something in several
        gaps = batch.get("gaps") or [batch["gap"]] if "gap" in batch else []
        self._items += map(Gap, gaps)
        self._items += messages
        self._after = batch["next"]
        if self._lists() or not messages:
            self.cursor = self._after
        else:
            assert messages[-1].id == self._after, batch["next"]

    def next(self, timeout=PATIENCE_S):
        item = super().next(timeout)
        if isinstance(item, Message) and not self._lists():
            self.cursor = item.id
        return item

    def _ask_again(self):
        if not self.armed and not self._items:
            self._ask(self._after, self.wait)
            self.armed = True

    def _fetch(self, deadline):
        self._ask_again()
        self.armed = False
        response = self._read(deadline - time.monotonic())
        assert response.status == 200, response


class ShortPoll(Poll):
    name = "short_poll"
    interval_s = 0.002

    def _fetch(self, deadline):
        super()._fetch(deadline)
        if not self._items:
            time.sleep(self.interval_s)  # this transport's own: ask, and ask again


class LongPoll(Poll):
    name = "long_poll"
    waits = True
    wait = "&wait=30"

    def arm(self):
        self._ask_again()


class Sse(Subscriber):
    name = "sse"
    typed = False

    def subscribe(self, topic, since="now"):
        self.topics = topic
        self.stream = sse.Stream(self.server, self.path(topic, since), **self.how)
        self.connection, self.response = self.stream.connection, self.stream.response
        assert self.response.status == 200, self.response
        self.cursor = self.stream.start()
        return self

    def _fetch(self, deadline):
        event = self.stream.next(deadline - time.monotonic())
        if event.event == "gap":
            self._items.append(Gap(json.loads(event.data)))
            self.cursor = event.last_id
        elif event.event == "bye":
            raise Ended("the server said bye")
        else:
            self._event(event)

    def _event(self, event):
        if self._lists():
            return self._json_event(event)
        name = None if event.event == "message" else event.event
        seq = int(event.last_id.rpartition("-")[2])
        self._items.append(Message({"id": event.last_id, "seq": seq, "event": name,
                                    "data": event.data}, event.data))
        self.cursor = event.last_id

    def _json_event(self, event):
        self._items.append(Message(json.loads(event.data), event.data))
        assert event.own_id, f"a message without an id field: {event}"
        self.cursor = event.own_id

    def expected(self, payload, content_type):
        if content_type == BINARY:
            return base64.b64encode(payload)
        return payload.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


class SseJson(Sse):
    """The same transport with format=json: the whole message as JSON in each event."""

    typed = True

    def __init__(self, server, receive_buffer=None, query=""):
        super().__init__(server, receive_buffer, query + "&format=json")

    def _event(self, event):
        self._json_event(event)

    def expected(self, payload, content_type):
        return payload


class WebSocketJson(Subscriber):
    """The subprotocol pushlab.json: the raw form has no cursors after the handshake."""

    name = "websocket"

    def subscribe(self, topic, since="now"):
        self.topics = topic
        self.websocket = websocket.WebSocket(self.server, self.path(topic, since),
                                             protocol="pushlab.json", **self.how)
        self.connection, self.response = self.websocket.connection, self.websocket.response
        ready = self.websocket.read_json()
        assert set(ready) == {"ready", "next"}, ready
        assert sorted(ready["ready"]) == sorted(topic.split(",")), ready
        self.cursor = ready["next"]
        return self

    def _fetch(self, deadline):
        opcode, payload = self.websocket.read_message(max(deadline - time.monotonic(), 0.001))
        if opcode == websocket.CLOSE:
            raise Ended(f"closed with {payload!r}")
        assert opcode == websocket.TEXT
        value = json.loads(payload)
        if "gap" in value:
            self._items.append(Gap(value["gap"]))
            self.cursor = value["next"]
        elif "heartbeat" not in value:
            self._see_message(value, payload.decode())


class Ndjson(Subscriber):
    """The worked fifth transport, loaded as a module: a JSON message per line."""

    name = "ndjson"

    def subscribe(self, topic, since="now"):
        self.topics = topic
        self.connection = self.server.connect(**self.how)
        self.connection.send(http.build("GET", self.path(topic, since), host=self.server.authority))
        self.response = self.connection.read_head()
        assert self.response.status == 200, self.response
        self.cursor = json.loads(self.connection.read_until(b"\n"))["next"]
        return self

    def _fetch(self, deadline):
        line = self.connection.read_until(b"\n", max(deadline - time.monotonic(), 0.001)).decode()
        value = json.loads(line) if line.strip() else {}
        if "gap" in value:
            self._items.append(Gap(value["gap"]))
            self.cursor = value["next"]
        elif "id" in value:
            self._see_message(value, line)


class HtmlPage:
    """What pages without a script say, read as a browser would."""

    ARTICLE = re.compile(
        r'<article id="([^"]*)" data-topic="([^"]*)" data-type="(\w+)" data-event="([^"]*)">'
        r'<small>(\d+) <time data-us="(\d+)">[^<]*</time> [^<]*</small>'
        r'(?:<pre>\n(?P<text>[^<]*)</pre>|<img alt="" src="data:image/\w+;base64,(?P<image>[^"]*)">'
        r'|<code>(?P<code>[^<]*)</code>)</article>\n')
    GAP = re.compile(r'<p class="gap" data-topic="([^"]*)"(?: data-from="(\d+)" data-to="(\d+)" '
                     r'data-count="(\d+)")?>([^<]+)</p>\n')
    NEXT = re.compile(r'<body data-next="([^"]*)">\n')

    @staticmethod
    def messages(page):
        for found in HtmlPage.ARTICLE.finditer(page):
            name, topic, kind, event, seq, time_us = found.groups()[:6]
            text = next(part for part in found.groups()[6:] if part is not None)
            raw = html.unescape(text)
            value = {"topic": topic, "id": name, "seq": int(seq), "time": int(time_us), "type": kind,
                     "data": json.loads(raw) if kind == "json" else raw, "raw": raw}
            if event:
                value["event"] = html.unescape(event)
            yield value

    @staticmethod
    def gaps(page):
        for topic, *numbers, reason in HtmlPage.GAP.findall(page):
            first, last, count = (int(number) if number else None for number in numbers)
            yield {"topic": topic, "from": first, "to": last, "count": count, "reason": reason}

    @staticmethod
    def expected(payload):
        return payload.replace(b"\0", "\ufffd".encode())  # which HTML cannot say


class HtmlPoll(Poll):
    """Polls by <meta http-equiv="refresh">: the batch is a page that names the next one."""

    def _batch_of(self, response):
        page = response.body.decode()
        following = HtmlPage.NEXT.search(page)[1]
        assert f'since={following}">' in page, page
        batch = {"next": following, "messages": list(HtmlPage.messages(page))}
        gaps = list(HtmlPage.gaps(page))
        return {**batch, "gaps": gaps, "gap": gaps[0]} if gaps else batch

    def expected(self, payload, content_type):
        return payload if content_type == BINARY else HtmlPage.expected(payload)


class HtmlShortPoll(HtmlPoll, ShortPoll):
    name = "html_short_poll"


class HtmlLongPoll(HtmlPoll, LongPoll):
    name = "html_long_poll"


class Html(Subscriber):
    """A page that does not end."""

    name = "html"
    ENDS = (b"</article>\n", b"</p>\n", b" -->\n", b"</html>\n")
    _read = b""

    def subscribe(self, topic, since="now"):
        self.topics = topic
        self.connection = self.server.connect(**self.how)
        self.connection.send(http.build("GET", self.path(topic, since), host=self.server.authority))
        self.response = self.connection.read_head()
        assert self.response.status == 200, self.response
        self.cursor = HtmlPage.NEXT.search(self._piece((b'">\n',), PATIENCE_S, b"<body"))[1]
        return self

    def _piece(self, ends, timeout, begins=b""):
        """Up to where one of the ends stands; what is cut stays for the next time."""
        while not self._read.endswith(ends) or begins not in self._read:
            self._read += self.connection.read_until(b">\n", timeout)
        piece, self._read = self._read, b""
        return piece.decode()

    def _fetch(self, deadline):
        piece = self._piece(self.ENDS, max(deadline - time.monotonic(), 0.001))
        self._items += map(Gap, HtmlPage.gaps(piece))
        for value in HtmlPage.messages(piece):
            self._see_message(value, value.pop("raw"))

    def expected(self, payload, content_type):
        return payload if content_type == BINARY else HtmlPage.expected(payload)


# Case name -> class. "sse" appears twice, since it has two ways to frame a message.
SUBSCRIBERS = {
    "short_poll": ShortPoll,
    "long_poll": LongPoll,
    "sse": Sse,
    "sse_json": SseJson,
    "websocket": WebSocketJson,
    "ndjson": Ndjson,
}
SUBSCRIBERS.update({page.name: page for page in (Html, HtmlShortPoll, HtmlLongPoll)
                    if page.name in PAGES})
STREAMS = [name for name, subscriber in SUBSCRIBERS.items() if subscriber.streams]


def collect(server, how, topic, since="first", count=None):
    """Reads over one transport: count messages, or everything up to the head."""
    with SUBSCRIBERS[how](server) as subscriber:
        head = server.head_cursor(topic)
        subscriber.subscribe(topic, since)
        messages = []
        while len(messages) < count if count is not None else subscriber.cursor != head:
            messages.append(subscriber.next_message())
        return messages
