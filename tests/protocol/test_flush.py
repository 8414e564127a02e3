# SPDX-License-Identifier: MIT
"""Both ways of writing streams (--flush): a system call for each delivery, or one for many through
io_uring. Every reader gets every message once, in order and unmangled, whoever stalls or leaves
beside it."""
import contextlib
import os
import platform
import random

import pytest

from lib import http, seccomp, websocket
from lib.options import option
from lib.server import Server, run, with_defaults
from lib.subscribers import SUBSCRIBERS, Gap

CROWD = 300  # more than one system call takes
SMALL_BUFFER = 4096
OPTIONS = ["--workers", "1", "--history", "10000,1h,64M", *option("heartbeat", 3_600_000)]
REFUSED = "io_uring cannot be used here"


@pytest.fixture(scope="module", params=["send", "uring"])
def flush(request):
    return request.param


@pytest.fixture(scope="module")
def server(flush):
    """In the place of the one that a module's cases share otherwise: one for each way."""
    try:
        running = Server(*with_defaults(OPTIONS), "--flush", flush)
    except AssertionError as error:
        if flush == "uring" and REFUSED in str(error):
            pytest.skip(str(error))
        raise
    yield running
    running.stop()


@pytest.fixture
def numbers():
    return random.Random("flush")


# ---- readers ----

class Raw:
    """A WebSocket without subprotocol: what was published, and nothing else."""

    def __init__(self, server, topic, extensions=None, **how):
        self.websocket = websocket.WebSocket(server, f"/websocket/{topic}", extensions=extensions,
                                             **how)
        assert self.websocket.deflates == bool(extensions)
        self.connection = self.websocket.connection

    def payload(self):
        return self.websocket.read_text().encode()


class Named:
    """One of the contract's subscribers."""

    def __init__(self, name, server, topic, **how):
        self.subscriber = SUBSCRIBERS[name](server, **how).subscribe(topic)
        self.connection = self.subscriber.connection

    def payload(self):
        return self.subscriber.next_message().payload


KINDS = ["raw", "deflated-15", "websocket", "sse", "sse_json", "ndjson"]
MANY_KINDS = KINDS + [f"deflated-{bits}" for bits in range(9, 15)]


def open_reader(kind, server, topic, **how):
    if kind in SUBSCRIBERS:
        return Named(kind, server, topic, **how)
    window = kind.partition("-")[2]
    extensions = window and f"permessage-deflate; server_max_window_bits={window}"
    return Raw(server, topic, extensions, **how)


@pytest.fixture
def readers(server, topic):
    """Opens readers, neighbours of different kinds; they are closed at the end."""
    with contextlib.ExitStack() as stack:
        def open_readers(count, kinds=tuple(KINDS), **how):
            opened = []
            for number in range(count):
                opened.append(open_reader(kinds[number % len(kinds)], server, topic, **how))
                stack.callback(opened[-1].connection.close)
            return opened

        yield open_readers


def check(reader, expected):
    """The next of its messages are just these."""
    for number, payload in enumerate(expected):
        got = reader.payload()
        assert got == payload, (f"{number} of {len(expected)}: {len(got)} bytes {got[:80]!r}, "
                                f"not {len(payload)} bytes {payload[:80]!r}")


# ---- publishers ----

@pytest.fixture
def publishers(server):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(server.connect()) for _ in range(6)]


def text(numbers, name, size):
    """What no other message has, and no compression makes small."""
    return f"{name}:{numbers.getrandbits(4 * size):0{size}x}".encode()


def texts(numbers, name, count, sizes):
    return [text(numbers, f"{name}-{number}", numbers.choice(sizes)) for number in range(count)]


def speak(server, speeches):
    """All publish at the same time, and leave the answers unread. speeches: publisher, topic,
    payloads."""
    for publisher, topic, payloads in speeches:
        publisher.send(b"".join(
            http.build("POST", f"/publish/{topic}", [("Content-Type", "text/plain")], payload,
                       server.authority) for payload in payloads))


def spoken(speeches):
    """Reads the answers; what was said, by topic, in the order of its log."""
    logs = {}
    for publisher, topic, payloads in speeches:
        for payload in payloads:
            answer = publisher.read_response()
            assert answer.status == 200, answer
            logs.setdefault(topic, {})[answer.json()["seq"]] = payload
    for log in logs.values():
        assert sorted(log) == list(range(min(log), min(log) + len(log)))
    return {topic: [log[seq] for seq in sorted(log)] for topic, log in logs.items()}


def burst(server, topic, publishers, payloads, meanwhile=lambda: None):
    """Each publisher says its share; meanwhile is called before the answers are read."""
    speeches = [(publisher, topic, own) for publisher, own in zip(publishers, payloads)]
    speak(server, speeches)
    meanwhile()
    return spoken(speeches)[topic]


# ---- what --flush says ----

def rings(server):
    """The io_uring instances that it has open."""
    folder, count = f"/proc/{server.process.pid}/fd", 0
    for name in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            count += "io_uring" in os.readlink(f"{folder}/{name}")
    return count


def test_stats_say_which_is_in_use(server, flush):
    assert server.get("/stats").json()["flush"] == flush
    assert rings(server) == (flush == "uring")


def test_auto_takes_io_uring_where_it_can(serve, server, flush):
    if flush == "uring":  # it can: this case has not been skipped
        automatic = serve("--workers", "2")
        assert automatic.get("/stats").json()["flush"] == "uring"
        assert rings(automatic) == 2


# ---- where io_uring is forbidden ----

@pytest.fixture
def forbidden():
    if platform.machine() not in ("x86_64", "aarch64"):
        pytest.skip("the number of io_uring_setup is known for x86_64 and aarch64 only")
    return seccomp.forbid(seccomp.IO_URING_SETUP)


@pytest.mark.parametrize("way", ["auto", "send"])
def test_forbidden_io_uring_is_done_without_in_silence(serve, forbidden, topic, way):
    without = serve("--flush", way, before_exec=forbidden)
    assert without.get("/stats").json()["flush"] == "send"
    opened = [open_reader(kind, without, topic) for kind in KINDS]
    without.publish(topic, "all the same")
    for reader in opened:
        check(reader, [b"all the same"])
        reader.connection.close()


def test_forbidden_io_uring_that_was_asked_for_is_an_error(forbidden):
    result = run("--listen", "127.0.0.1:0", "--feed", "none", "--flush", "uring",
                 before_exec=forbidden)
    assert result.returncode == 1 and result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith(f"pushlab: --flush uring: {REFUSED} (Operation not permitted)")
    assert "--flush send" in lines[0]


# ---- everybody reads ----

def test_a_crowd_gets_every_message_of_many_publishers(
        server, topic, readers, publishers, numbers):
    crowd = readers(CROWD)
    log = []
    for turn in range(3):
        log += burst(server, topic, publishers, [
            texts(numbers, f"{turn}-{who}", numbers.randint(1, 12), (1, 30, 300, 3000))
            for who in range(len(publishers))])
    for reader in crowd:
        check(reader, log)
    assert server.publish(topic, "the end")["subscribers"] == CROWD
    for reader in crowd:
        check(reader, [b"the end"])


@pytest.mark.parametrize("kinds", [["raw", "sse"], MANY_KINDS], ids=["two", "many"])
def test_encodings_do_not_mix(server, topic, readers, publishers, numbers, kinds):
    crowd = readers(96, kinds)
    for turn in range(10):
        log = burst(server, topic, publishers[:2], [texts(numbers, f"{turn}-{who}", 2 + who, (10,))
                                                    for who in range(2)])
        for reader in crowd:
            check(reader, log)


def test_a_burst_longer_than_one_write(server, topic, readers, publishers):
    crowd = readers(48)
    log = burst(server, topic, publishers, [[b"%d" % number for number in range(700)]])
    for reader in crowd:
        check(reader, log)


def hear_and_be_answered(speaker, count):
    """The next messages as (seq, data), and the answer to its own command between them."""
    heard, answer = [], None
    while len(heard) < count or not answer:
        value = speaker.read_json()
        if "published" in value:
            assert not answer
            answer = value
        else:
            heard.append((value["seq"], value["data"]))
    return heard, answer


def test_readers_that_publish_themselves(server, topic, readers):
    """Answers to commands come out between messages, and cut none of them."""
    speakers = [reader.subscriber.websocket for reader in readers(60, ["websocket"])]
    listeners = readers(60)
    for turn in range(3):
        for number, speaker in enumerate(speakers):
            speaker.send_json({"publish": {"topic": topic, "type": "text",
                                           "data": f"{turn}-{number}"}, "ref": number})
        first = None
        for number, speaker in enumerate(speakers):
            heard, answer = hear_and_be_answered(speaker, len(speakers))
            first = first or heard
            assert heard == first
            assert answer["ref"] == number
            assert (answer["published"]["seq"], f"{turn}-{number}") in heard
        for reader in listeners:
            check(reader, [data.encode() for _, data in first])


def test_a_gap_is_told_before_what_comes_after_it(serve, flush, server, topic):
    """A burst longer than the history: the log overtakes everybody between two turns."""
    assert server.alive()  # this way of writing has not been skipped
    short = serve("--workers", "1", "--flush", flush, "--history", "10,1h,1M")
    crowd = [SUBSCRIBERS[kind](short).subscribe(topic)
             for kind in ("sse", "sse_json", "websocket", "ndjson") * 10]
    with short.connect() as publisher:
        speeches = [(publisher, topic, [b"%d" % number for number in range(1, 101)])]
        speak(short, speeches)
        spoken(speeches)
    for subscriber in crowd:
        seen = 0
        while seen < 100:
            item = subscriber.next()
            if isinstance(item, Gap):
                assert (item.first, item.count) == (seen + 1, item.last - seen)
                seen = item.last
            else:
                assert item.seq == seen + 1 and item.payload == b"%d" % item.seq
                seen = item.seq
        subscriber.close()


def test_many_topics_over_one_connection(server, topic, publishers, numbers):
    names = [f"{letter}.{topic[-60:]}" for letter in "abc"]
    wanted = [",".join(names)] * 60 + names * 24
    kinds = ["sse", "websocket", "ndjson"]
    with contextlib.ExitStack() as stack:
        crowd = []
        for number, topics in enumerate(wanted):
            kind = kinds[number // len(names) % len(kinds)]
            crowd.append(SUBSCRIBERS[kind](server).subscribe(topics))
            stack.callback(crowd[-1].close)
        for turn in range(4):
            speeches = [(publisher, name, texts(numbers, f"{name}-{turn}", 30, (3, 300)))
                        for publisher, name in zip(publishers, names)]
            speak(server, speeches)
            logs = spoken(speeches)
            for subscriber, topics in zip(crowd, wanted):
                of = topics.split(",")
                got = subscriber.take(sum(len(logs[name]) for name in of))
                for name in of:
                    assert logs[name] == [message.payload for message in got
                                          if len(of) == 1 or message.topic == name]


# ---- some do not read, some leave ----

BIG = (10, 5_000, 30_000, 70_000)


def test_who_stalls_or_leaves_harms_nobody(server, topic, readers, publishers, numbers):
    """Some read along, some when all is over, some never; and some leave in the middle of bursts:
    closing or with a reset, without having read or in the middle of a frame."""
    lively = readers(60)
    late = readers(24, receive_buffer=SMALL_BUFFER)
    never = readers(24, receive_buffer=SMALL_BUFFER)
    leaving = readers(60, receive_buffer=SMALL_BUFFER)

    def leave():
        for number in range(12):
            connection = leaving.pop().connection
            if number % 3 == 0:
                connection.read_some()
            if number % 2:
                connection.close()
            else:
                connection.reset()

    log = []
    while leaving:
        turn = burst(server, topic, publishers[:3],
                     [texts(numbers, f"{len(leaving)}-{who}", 3, BIG) for who in range(3)], leave)
        for reader in lively:
            check(reader, turn)
        log += turn
    for reader in late:
        check(reader, log)
    server.await_subscribers(topic, len(lively + late + never))
    for reader in never:
        reader.connection.reset()
    server.await_subscribers(topic, len(lively + late))
    server.publish(topic, "and on")
    for reader in lively + late:
        check(reader, [b"and on"])


def test_what_fills_a_socket_is_taken_whole_or_not_at_all(
        server, topic, readers, numbers):
    """One message at a time, so that some fit to the last byte and the next finds no room."""
    late = readers(24, receive_buffer=SMALL_BUFFER)
    lively = readers(24)
    log = texts(numbers, "one", 80, (2_000, 3_000, 4_000))
    server.publish_many(topic, [payload.decode() for payload in log])
    for reader in lively + late:
        check(reader, log)


def test_a_crowd_that_leaves_at_once(server, topic, readers, publishers, numbers):
    """Nearly every write finds its peer gone."""
    server.assert_serves()
    before = server.open_files()
    for turn in range(3):
        staying = readers(10)
        crowd = readers(90, receive_buffer=SMALL_BUFFER)

        def leave():
            for reader in crowd:
                reader.connection.reset()

        log = burst(server, topic, publishers,
                    [texts(numbers, f"{turn}-{who}", 1, (20_000,)) for who in range(6)], leave)
        for reader in staying:
            check(reader, log)
            reader.connection.close()
        server.await_subscribers(topic, 0)
    server.await_open_files(before)


# ---- held polls ----

def test_held_polls_are_answered_and_ask_again(server, topic, numbers):
    """All get one answer, larger than some of their buffers, whoever stalls or leaves; the
    connection then serves the next request."""
    with contextlib.ExitStack() as stack:
        polls = []
        for number in range(CROWD):
            how = {"receive_buffer": SMALL_BUFFER} if number % 10 == 0 else {}
            polls.append(SUBSCRIBERS["long_poll"](server, **how).subscribe(topic, "now"))
            stack.callback(polls[-1].connection.close)
        for turn, size in enumerate((10, 300_000, 10)):
            for poll in polls:
                poll.arm()
            server.await_subscribers(topic, len(polls))
            payload = text(numbers, f"{turn}", size)
            server.publish(topic, payload)
            for gone in polls[3::7]:
                gone.connection.close()
            polls = [poll for number, poll in enumerate(polls) if number % 7 != 3]
            for poll in polls:
                assert poll.next_message().payload == payload
