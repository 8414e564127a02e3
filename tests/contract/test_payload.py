# SPDX-License-Identifier: MIT
"""What was published arrives, byte for byte, in every type."""
import json
import random

import pytest

from lib.subscribers import SUBSCRIBERS, collect

EVERY_BYTE = bytes(range(256))
TEXTS = {
    "plain": "hello",
    "empty": "",
    "one space": " ",
    "leading spaces": "  two",
    "trailing spaces": "two  ",
    "leading colon": ": no comment",
    "a field of its own": "id: forged",
    "field names": "data: x\nevent: y\nretry: 1\nid: z",
    "newline": "a\nb",
    "trailing newline": "a\n",
    "only newlines": "\n\n\n",
    "an event's end": "a\n\nb",
    "carriage return": "a\rb",
    "crlf": "a\r\nb\r\n",
    "mixed line ends": "a\r\n\rb\n\r\n\nc\r",
    "tabs and controls": "\t\x01\x02\x1f\x7f",
    "nul": "a\0b",
    "quotes and backslashes": '"\\/\\u0041"</script>',
    "latin": "naïve café",
    "chinese": "长轮询与推送",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈",
    "right to left": "שלום مرحبا",
    "byte order mark": "\ufeffx",
    "line separators": "a\u2028b\u2029c\x85d\x0be\x0cf",
    "highest": "\U0010ffff\uffff\ud7ff\ue000",
    "base64-like": "aGVsbG8=",
    "json-like": '{"not": "json"}',
    "1 KiB": "x" * 1024,
    "64 KiB of lines": "0123456789abcde\n" * 4096,
    "1 MiB": "é" * (1 << 19),
}
JSONS = {
    "object": b'{"a":1,"b":[true,false,null],"c":"\\u00e9\\n"}',
    "white space": b' {\t"a" :\r\n 1 }\n',
    "array": b"[]",
    "string": b'"text"',
    "number": b"-0.5e-10",
    "null": b"null",
    "big integer": b"9007199254740993",
    "deep": b"[" * 100 + b"]" * 100,
    "escapes": rb'"\"\\\/\b\f\n\r\t\u0041\ud83d\ude00"',
    "raw unicode": '{"ключ":"值"}'.encode(),
    "long": b'["' + b"x" * 200_000 + b'"]',
}
BINARIES = {
    "empty": b"",
    "one byte": b"\0",
    "two bytes": b"\xff\xfe",
    "every byte": EVERY_BYTE,
    "png": b"\x89PNG\r\n\x1a\n",
    "random": random.Random(1).randbytes(100_003),
    "1 MiB": random.Random(2).randbytes(1 << 20),
}


def arrives(server, how, topic, data, content_type):
    """Publishes and gives the message as it comes live, and once more from the history."""
    with SUBSCRIBERS[how](server) as subscriber:
        subscriber.subscribe(topic)
        server.publish(topic, data, content_type)
        live = subscriber.next_message()
    again = collect(server, how, topic, "-1", 1)[0]
    assert again.data == live.data
    return live


@pytest.mark.parametrize("name", TEXTS)
def test_text(server, transport, topic, name):
    data = TEXTS[name].encode()
    message = arrives(server, transport, topic, data, "text/plain")
    assert message.type in ("text", None)
    assert message.payload == SUBSCRIBERS[transport](server).expected(data, "text/plain")


@pytest.mark.parametrize("name", JSONS)
def test_json(server, transport, topic, name):
    data = JSONS[name]
    message = arrives(server, transport, topic, data, "application/json")
    assert message.type in ("json", None)
    if transport == "sse":
        assert message.payload == SUBSCRIBERS["sse"](server).expected(data, "application/json")
    else:
        assert message.data == json.loads(data)


@pytest.mark.parametrize("name", [name for name in JSONS if name != "white space"])
def test_json_is_never_printed_again(server, transport, topic, name):
    message = arrives(server, transport, topic, JSONS[name], "application/json")
    assert JSONS[name].decode() in message.raw


@pytest.mark.parametrize("name", BINARIES)
def test_binary(server, transport, topic, name):
    data, kind = BINARIES[name], "application/octet-stream"
    message = arrives(server, transport, topic, data, kind)
    assert message.type in ("binary", None)
    assert message.payload == SUBSCRIBERS[transport](server).expected(data, kind)


def test_a_mixture_arrives_in_order(server, transport, topic):
    published = []
    for text, value, binary in zip(TEXTS.values(), JSONS.values(), BINARIES.values()):
        for data, kind in ((text.encode(), "text/plain"), (value, "application/json"),
                           (binary, "application/octet-stream")):
            published.append(server.publish(topic, data, kind)["id"])
    assert [message.id for message in collect(server, transport, topic)] == published
