# SPDX-License-Identifier: MIT
"""Who probes whom, with short intervals so that nobody need wait."""
import json
import signal
import time

from lib import http, sse, websocket
from lib.options import option

INTERVAL_MS, TIMEOUT_MS = 200, 200
SERVER_OPTIONS = ["--lab", *option("heartbeat", INTERVAL_MS),
                  *option("heartbeat timeout", TIMEOUT_MS)]
INTERVAL_S = INTERVAL_MS / 1000


def test_an_event_stream_beats_by_a_named_event(server, topic):
    with sse.Stream(server, f"/sse/{topic}") as stream:
        beat = stream.next(heartbeats=True)
        assert beat.event == "heartbeat"


def test_a_beat_has_no_id_and_changes_none(server, topic):
    head = server.publish(topic, "x")["id"]
    with sse.Stream(server, f"/sse/{topic}") as stream:
        for _ in range(3):
            beat = stream.next(heartbeats=True)
            assert beat.event == "heartbeat" and beat.own_id is None and beat.last_id == head


def test_beats_come_at_their_interval(server, topic):
    with sse.Stream(server, f"/sse/{topic}") as stream:
        stream.next(heartbeats=True)
        started = time.monotonic()
        for _ in range(5):
            stream.next(heartbeats=True)
        assert 2.5 * INTERVAL_S < time.monotonic() - started < 20 * INTERVAL_S


def test_the_subprotocol_beats_in_json(server, topic):
    with websocket.WebSocket(server, f"/websocket/{topic}", protocol="pushlab.json") as client:
        client.read_json()
        beat = client.read_json()
        assert set(beat) == {"heartbeat"}
        assert abs(beat["heartbeat"] / 1e6 - time.time()) < 60


def test_a_websocket_is_pinged(server, topic):
    with websocket.WebSocket(server, f"/websocket/{topic}") as client:
        assert client.read_frame().opcode == websocket.PING


def test_a_websocket_that_answers_lives_on(server, topic):
    with websocket.WebSocket(server, f"/websocket/{topic}") as client:
        for _ in range(6):
            ping = client.read_frame()
            assert ping.opcode == websocket.PING
            client.send_frame(websocket.PONG, ping.payload)
        server.publish(topic, "alive")
        assert client.read_text() == "alive"


def test_a_websocket_that_does_not_answer_is_dead(server, topic):
    with websocket.WebSocket(server, f"/websocket/{topic}") as client:
        started = time.monotonic()
        client.connection.read_to_end()
        assert time.monotonic() - started > INTERVAL_S
    server.await_subscribers(topic, 0)


def test_any_sign_of_life_counts(server, topic):
    """A peer that keeps sending needs no pong of its own."""
    with websocket.WebSocket(server, "/websocket/~echo") as client:
        client.answer_pings = False
        until = time.monotonic() + 6 * INTERVAL_S
        while time.monotonic() < until:
            client.send_text("here")
            assert client.read_text() == "here"
            client.connection.wait_readable(INTERVAL_S / 4)
            if client.connection.poll() and client.connection.ended:
                raise AssertionError("declared dead while it was speaking")


def test_ndjson_shows_that_the_line_is_alive(server, topic):
    with server.connect() as connection:
        connection.send(http.build("GET", f"/ndjson/{topic}", host=server.authority))
        connection.read_head()
        assert "next" in json.loads(connection.read_until(b"\n"))
        assert "heartbeat" in json.loads(connection.read_until(b"\n"))


def test_beats_do_not_tear_messages_apart(serve, topic):
    """A reader that stalls in the middle of a message, while beats fall due."""
    server = serve(*option("heartbeat", INTERVAL_MS))
    with sse.Stream(server, f"/sse/{topic}", receive_buffer=4096) as stalled:
        stalled.start()
        server.publish(topic, "x" * 900_000)
        with sse.Stream(server, f"/sse/{topic}") as clock:
            for _ in range(4):
                clock.next(heartbeats=True)
        assert stalled.next().data == "x" * 900_000
        assert stalled.next(heartbeats=True).event == "heartbeat"


def test_the_end_of_a_hold_is_the_beat_of_a_long_poll(server, topic):
    head = server.head_cursor(topic)
    started = time.monotonic()
    answer = server.get(f"/long_poll/{topic}?since={head}&wait=1")
    assert 0.9 < time.monotonic() - started < 6
    assert answer.json() == {"topic": topic, "next": head, "messages": []}


def test_a_page_probes_by_ping_and_gets_pong_at_once(server, topic):
    with websocket.WebSocket(server, f"/websocket/{topic}", protocol="pushlab.json") as client:
        client.read_json()
        client.send_json({"ping": {"n": 1}})
        while "heartbeat" in (answer := client.read_json()):
            pass
        assert answer == {"pong": {"n": 1}}


def test_a_paused_server_declares_nobody_dead_for_its_own_pause(serve):
    server = serve(*option("heartbeat", INTERVAL_MS), *option("heartbeat timeout", TIMEOUT_MS))
    with websocket.WebSocket(server, "/websocket/t") as client:
        client.send_frame(websocket.PONG, client.read_frame().payload)
        server.process.send_signal(signal.SIGSTOP)
        pause_ends = time.monotonic() + 5 * INTERVAL_S
        while time.monotonic() < pause_ends:  # the peer itself goes on answering
            if client.connection.wait_readable(pause_ends - time.monotonic()):
                while client.connection.buffer:
                    client.send_frame(websocket.PONG, client.read_frame().payload)
        server.process.send_signal(signal.SIGCONT)
        server.publish("t", "still there")
        assert client.read_text() == "still there"
