# SPDX-License-Identifier: MIT
"""pushrelay on the level of TCP: each fault shows, and nothing else changes.

Of times only the lower bound is looked at: a delay may be longer on a busy machine, never shorter.
"""
import contextlib
import random
import socket
import time

import pytest

from lib.relay import Origin, Relay
from lib.wire import Ended, until

TCP_INFO_DATA_SEGS_IN = 152  # offset in struct tcp_info


@pytest.fixture
def origin():
    with Origin() as running:
        yield running


@pytest.fixture
def relay(origin):
    """Starts relays to the origin: relay("--delay", "40")."""
    started = []

    def start(*options, **how):
        started.append(Relay(origin, *options, **how))
        return started[-1]

    yield start
    for running in started:
        if not running.errors.closed:
            running.stop()


def pair(through, origin):
    """Both ends of a connection through the relay."""
    client = through.connect()
    return client, origin.accept()


def noise(size, seed=1):
    return random.Random(seed).randbytes(size)


def assert_reset(connection):
    connection.read_to_end()
    assert connection.was_reset


# ---- without a fault ----

@pytest.mark.parametrize("options", [
    [], ["--slice", "700"], ["--delay", "3", "--jitter", "5"], ["--rate", "40M"],
    ["--coalesce", "5"], ["--slice", "1000", "--delay-up", "1", "--limit", "64k"]],
    ids=lambda options: " ".join(options) or "none")
def test_bytes_arrive_as_they_were(relay, origin, options):
    client, server = pair(relay(*options), origin)
    up, down = noise(300_000), noise(300_000, 2)
    for at in range(0, len(up), 20_000):
        client.send(up[at:at + 20_000])
        server.send(down[at:at + 20_000])
        assert server.read_exactly(20_000) == up[at:at + 20_000]
        assert client.read_exactly(20_000) == down[at:at + 20_000]
    client.finish_sending()
    server.assert_closed_cleanly()
    server.send(b"the other way is still open")
    server.finish_sending()
    assert client.read_to_end() == b"the other way is still open"
    assert not client.was_reset


def test_both_ends_gone_leave_nothing(relay, origin):
    through = relay()
    for leave in ("close", "reset"):
        client, server = pair(through, origin)
        client.send(b"x")
        assert server.read_exactly(1) == b"x"
        getattr(client, leave)()
        server.read_to_end()
        assert server.was_reset == (leave == "reset")
        server.close()
    until(lambda: through.state()["connections"] == 0, "no connection left")


def test_no_server(relay, origin):
    through = relay()
    origin.listener.close()
    with contextlib.suppress(ConnectionResetError):  # before connect() came back, even
        assert_reset(through.connect())
    assert through.count("connect_failures") == 1


# ---- time ----

@pytest.mark.parametrize("way", ["up", "down", "both"])
def test_delay(relay, origin, way):
    suffix = "" if way == "both" else f"-{way}"
    client, server = pair(relay(f"--delay{suffix}", "80"), origin)
    began = time.monotonic()
    client.send(b"ping")
    assert server.read_exactly(4) == b"ping"
    server.send(b"pong")
    assert client.read_exactly(4) == b"pong"
    assert time.monotonic() - began >= (0.16 if way == "both" else 0.08)


def test_the_end_is_delayed_too(relay, origin):
    client, server = pair(relay("--delay", "80"), origin)
    began = time.monotonic()
    client.finish_sending()
    server.assert_closed_cleanly()
    assert time.monotonic() - began >= 0.08


def test_delay_changes_while_it_runs(relay, origin):
    through = relay()
    client, server = pair(through, origin)
    through.set(up={"delay_ms": 80})
    began = time.monotonic()
    client.send(b"x")
    assert server.read_exactly(1) == b"x"
    assert time.monotonic() - began >= 0.08
    through.set(delay_ms=0)
    client.send(b"y")
    assert server.read_exactly(1) == b"y"


def test_jitter_keeps_the_order(relay, origin):
    client, server = pair(relay("--jitter", "20", "--seed", "7"), origin)
    sent = noise(400)
    for octet in sent:
        client.send(bytes([octet]))
    assert server.read_exactly(len(sent)) == sent


def test_rate(relay, origin):
    client, server = pair(relay("--rate-up", "100000"), origin)
    sent = noise(40_000)
    began = time.monotonic()
    client.send(sent)
    assert server.read_exactly(len(sent)) == sent
    assert time.monotonic() - began >= 0.4 - 0.03  # what a line may give at once


def test_coalesce(relay, origin):
    client, server = pair(relay("--coalesce-down", "100"), origin)
    client.send(b"not this way")
    server.read_exactly(12)
    began = time.monotonic()
    server.send(b"a")
    server.send(b"b")
    assert client.read_exactly(2) == b"ab"
    assert time.monotonic() - began >= 0.1


def test_slices_travel_apart(relay, origin):
    client, server = pair(relay("--slice", "10"), origin)
    sent = noise(500)
    client.send(sent)
    assert server.read_exactly(len(sent)) == sent
    info = server.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    segments = int.from_bytes(info[TCP_INFO_DATA_SEGS_IN:TCP_INFO_DATA_SEGS_IN + 4], "little")
    assert segments >= 10  # the window's first; later ones the kernel may join


# ---- ends ----

def test_reset_after_bytes(relay, origin):
    through = relay("--reset-after-down", "1000")
    client, server = pair(through, origin)
    client.send(noise(5000))
    assert server.read_exactly(5000) == noise(5000)
    server.send_as_far_as_possible(noise(1001))
    assert client.read_to_end() == noise(1001)[:1000]
    assert client.was_reset
    assert_reset(server)
    assert through.count("resets") == 1


def test_reset_after_time(relay, origin):
    began = time.monotonic()
    client, server = pair(relay("--reset-after", "100ms"), origin)
    assert_reset(client)
    assert_reset(server)
    assert time.monotonic() - began >= 0.1


def test_freeze_after_bytes_and_thaw(relay, origin):
    through = relay("--freeze-after-up", "3")
    client, server = pair(through, origin)
    client.send(b"abcdef")
    assert server.read_exactly(3) == b"abc"
    through.await_count("freezes", 1)
    server.send(b"nor this way")
    client.finish_sending()
    assert through.state()["connections"] == 1
    assert not client.poll() and not server.poll()
    through.command(act="thaw")
    assert server.read_exactly(3) == b"def"
    server.assert_closed_cleanly()
    assert client.read_exactly(12) == b"nor this way"


def test_freeze_holds_for_newcomers(relay, origin):
    through = relay()
    through.command(act="freeze")
    client = through.connect()
    client.send(b"hello")
    through.await_count("freezes", 1)
    through.command(act="thaw")
    assert origin.accept().read_exactly(5) == b"hello"


def test_stall_holds_one_way_and_lets_go(relay, origin):
    through = relay()
    client, server = pair(through, origin)
    through.command(set={"up": {"stall": True}})
    client.send(b"held")
    client.finish_sending()
    server.send(b"passes")
    assert client.read_exactly(6) == b"passes"
    until(lambda: through.state()["held_bytes"] == 4, "the bytes to have come in")
    assert not server.poll()
    through.command(set={"stall": False})
    assert server.read_exactly(4) == b"held"
    server.assert_closed_cleanly()


def test_frozen_and_abandoned_by_both(relay, origin):
    through = relay()
    client, server = pair(through, origin)
    through.await_count("accepted", 1)
    through.command(act="freeze")
    client.close()
    server.close()
    until(lambda: through.state()["connections"] == 0, "no connection left")


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_idle_cut(relay, origin, how):
    through = relay("--idle-cut", "200ms", "--idle-how", how)
    client, server = pair(through, origin)
    began = time.monotonic()
    client.send(b"x")
    assert server.read_exactly(1) == b"x"
    for connection in (client, server):
        assert connection.read_to_end() == b""
        assert connection.was_reset == (how == "rst")
    assert time.monotonic() - began >= 0.2
    assert through.count("idle_cuts") == 1


def test_idle_forgotten_as_by_a_router(relay, origin):
    through = relay("--idle-cut", "100ms", "--idle-how", "nat")
    client, server = pair(through, origin)
    through.await_count("idle_cuts", 1)
    server.send(b"too late")
    assert_reset(server)
    assert through.state()["connections"] == 1
    assert not client.poll()  # nobody has told it
    client.send(b"so am I")
    assert_reset(client)
    until(lambda: through.state()["connections"] == 0, "no connection left")


def test_idle_forgotten_in_silence(relay, origin):
    through = relay("--idle-cut", "100ms", "--idle-how", "drop")
    client, server = pair(through, origin)
    through.await_count("idle_cuts", 1)
    server.send(b"into the void")
    client.send(b"into the void")
    assert through.state()["connections"] == 1
    assert not client.poll() and not server.poll()


def test_acts(relay, origin):
    through = relay()
    client, server = pair(through, origin)
    client.send(b"x")
    server.read_exactly(1)
    through.command(act="cut")
    client.assert_closed_cleanly()
    server.assert_closed_cleanly()
    client, server = pair(through, origin)
    client.send(b"x")
    server.read_exactly(1)
    through.command(act="reset")
    assert_reset(client)
    assert_reset(server)
    counts = through.state()["counts"]
    assert counts["cuts"] == counts["resets"] == 1


def test_refuse(relay, origin):
    through = relay("--refuse")
    with pytest.raises((Ended, ConnectionResetError)):
        with through.connect() as client:
            client.read_exactly(1)
    through.await_count("refused", 1)
    through.set(refuse=False)
    client, server = pair(through, origin)
    client.send(b"x")
    assert server.read_exactly(1) == b"x"


# ---- limits ----

@pytest.mark.parametrize("options", [[], ["--delay", "20"], ["--slice", "60000"]],
                         ids=["plain", "delay", "slice"])
def test_a_direction_holds_no_more_than_its_limit(relay, origin, options):
    through = relay("--limit", "64k", *options)
    client, server = pair(through, origin)
    sent, at = noise(1 << 20) * 16, 0
    server.socket.setblocking(False)
    client.finish_sending()
    server.read_to_end()
    while at < len(sent):  # sender and reader take turns; the reader is slow
        try:
            at += server.socket.send(sent[at:at + (1 << 20)])
        except BlockingIOError:
            assert through.state()["held_bytes"] <= 64 * 1024
            got = client.read_exactly(1 << 20)
            assert got == sent[:1 << 20]
    server.close()
    rest = client.read_to_end()
    assert len(rest) % (1 << 20) == 0 and rest == sent[:1 << 20] * (len(rest) >> 20)


def test_out_of_open_files(relay, origin):
    through = relay(nofile=24)
    through.state()  # so that the control socket has its file
    clients = [through.connect() for _ in range(20)]
    through.await_count("accept_pauses", 1)
    for client in clients:
        client.reset()
    until(lambda: through.count("accepted") == 20 and through.state()["connections"] == 0,
          "all to be gone")
    client = through.connect()
    client.send(b"served all the same")
    for _ in range(21):
        if origin.accept().read_some() == b"served all the same":
            return
    raise AssertionError("not served")
