# SPDX-License-Identifier: MIT
"""Whoever leaves, at whatever step and however, is forgotten, and nobody else notices."""
import pytest

from lib import http, websocket
from lib.subscribers import SUBSCRIBERS

LEAVE = ["close", "reset", "finish_sending"]
BY_STEP = pytest.mark.parametrize("leave", ["close", "reset"])


def opening(server, how, topic):
    """The bytes that subscribe."""
    name = SUBSCRIBERS[how].name
    if name == "websocket":
        return websocket.handshake(f"/websocket/{topic}", server.authority,
                                   protocol="pushlab.json")
    return http.build("GET", f"/{name}/{topic}?since=now&wait=30", host=server.authority)


def holds(how):
    return how not in ("short_poll", "html_short_poll")


@BY_STEP
def test_leaving_in_the_middle_of_the_request(server, transport, topic, leave):
    request = opening(server, transport, topic)
    for cut in range(0, len(request), 3):
        connection = server.connect()
        connection.send(request[:cut])
        getattr(connection, leave)()
    server.assert_serves()
    assert server.subscribers(topic) == 0


@BY_STEP
def test_leaving_right_after_the_request(server, transport, topic, leave):
    for _ in range(50):
        connection = server.connect()
        connection.send(opening(server, transport, topic))
        getattr(connection, leave)()
    server.assert_serves()
    server.await_subscribers(topic, 0)


@pytest.mark.parametrize("leave", LEAVE)
def test_leaving_while_held(server, transport, topic, leave):
    if not holds(transport):
        return
    connections = []
    for _ in range(5):
        connections.append(server.connect())
        connections[-1].send(opening(server, transport, topic))
    server.await_subscribers(topic, 5)
    for connection in connections:
        getattr(connection, leave)()
    server.await_subscribers(topic, 0)
    assert server.publish(topic, "x")["subscribers"] == 0
    for connection in connections:
        connection.close()


@BY_STEP
def test_leaving_in_the_middle_of_a_message(server, subscribe, transport, topic, leave):
    witness = subscribe("sse", topic)
    connections = []
    for _ in range(5):
        connections.append(server.connect(receive_buffer=4096))
        connections[-1].send(opening(server, transport, topic))
    server.await_subscribers(topic, 1 + 5 * holds(transport))
    server.publish(topic, "x" * 900_000)
    for connection in connections:
        connection.read_some()
        getattr(connection, leave)()
    assert len(witness.next_message().payload) == 900_000
    server.await_subscribers(topic, 1)


@BY_STEP
def test_leaving_between_two_messages(server, subscribe, transport, topic, leave):
    witness = subscribe("websocket", topic)
    for number in range(10):
        subscriber = subscribe(transport, topic)
        server.publish(topic, str(number))
        assert subscriber.next_message().payload == witness.next_message().payload
        getattr(subscriber, leave)()
    server.await_subscribers(topic, 1)


def test_a_storm_of_comings_and_goings_leaks_no_file_and_no_subscriber(server, transport, topic):
    server.assert_serves()
    before = server.open_files()
    for number in range(200):
        connection = server.connect()
        connection.send(opening(server, transport, topic))
        if number % 2:
            connection.read_some() if not SUBSCRIBERS[transport].waits else None
        connection.reset() if number % 3 else connection.close()
        if number % 20 == 0:
            server.publish(topic, str(number))
    server.await_subscribers(topic, 0)
    server.await_open_files(before)
