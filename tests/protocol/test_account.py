# SPDX-License-Identifier: MIT
"""~account, the topic that a cookie names (--lab): who may read it over what, and that nothing of
it weakens anything else."""
import pytest

from lib import websocket

SERVER_OPTIONS = ["--lab", "--origin", "http://friend.example", "--public", "open"]
TOKEN = "0123456789abcdef" * 2
COOKIE = ("Cookie", f"theme=dark; pushlab-account={TOKEN}")
STRANGERS = ["http://evil.example", "http://127.0.0.1:1", "null"]


@pytest.fixture(autouse=True)
def secret(server):
    server.publish(f"account.{TOKEN}", "the secret")


def handshake(server, path, origin=None, cookie=COOKIE, **how):
    """The status, and the connection behind it."""
    connection = server.connect()
    headers = [cookie] if cookie else []
    if origin:
        headers.append(("Origin", origin))
    connection.send(websocket.handshake(path, server.authority, headers, **how))
    return connection.read_head().status, connection


def status_of(server, path, origin=None, cookie=COOKIE, **how):
    status, connection = handshake(server, path, origin, cookie, **how)
    connection.close()
    return status


def test_the_cookie_says_which_topic(server):
    answer = server.get("/short_poll/~account?since=first", COOKIE)
    assert answer.json()["topic"] == f"account.{TOKEN}"
    assert answer.json()["messages"][0]["data"] == "the secret"


@pytest.mark.parametrize("cookie", [None, ("Cookie", "pushlab-account=x"), ("Cookie", "a=b"),
                                    ("Cookie", f"pushlab-account={TOKEN}0")])
def test_without_one_there_is_no_account(server, cookie):
    headers = [cookie] if cookie else []
    for name in ("short_poll", "long_poll", "sse", "ndjson"):
        answer = server.get(f"/{name}/~account", *headers)
        assert answer.status == 401 and "/origins.html" in answer.json()["error"]
    assert status_of(server, "/websocket/~account", cookie=cookie) == 401


@pytest.mark.parametrize("origin", STRANGERS)
def test_checked_strangers_are_refused_and_unchecked_they_read_all(server, origin):
    assert status_of(server, "/websocket/~account?since=first", origin) == 403
    status, connection = handshake(server, "/websocket/~account?since=first&careless=1", origin)
    with connection:
        assert status == 101
        assert b"the secret" in connection.read_until(b"the secret")


def test_the_own_page_and_a_friends_read(server):
    for origin in (None, f"http://localhost:{server.port}", "http://friend.example"):
        assert status_of(server, "/websocket/~account", origin) == 101


@pytest.mark.parametrize("origin", STRANGERS)
def test_careless_lets_nobody_read_anything_else(server, origin):
    for path in ("/websocket/t?careless=1", "/websocket?topics=t,open&careless=1",
                 f"/websocket/account.{TOKEN}?careless=1"):
        assert status_of(server, path, origin, protocol="pushlab.json") == 403


def test_a_stranger_who_got_in_can_do_nothing_else(server, topic):
    status, connection = handshake(server, "/websocket/~account?careless=1", STRANGERS[0],
                                   protocol="pushlab.json")
    connection.close()
    assert status == 101
    client = websocket.WebSocket(server, "/websocket/~account?careless=1",
                                 [COOKIE, ("Origin", STRANGERS[0])], protocol="pushlab.json")
    with client:
        client.read_json()
        client.send_json({"subscribe": {"topic": topic}})
        assert client.read_json()["error"]["status"] == 403
        client.send_json({"publish": {"topic": topic, "type": "text", "data": "x"}})
        assert client.read_json()["error"]["status"] == 403
    assert server.history(topic) == []


def test_a_stranger_s_fetch_is_answered_and_not_to_be_read(server):
    answer = server.get("/short_poll/~account?since=first", COOKIE, ("Origin", STRANGERS[0]))
    assert answer.status == 200 and answer.header("access-control-allow-origin") is None


def test_it_is_for_labs(serve):
    server = serve()
    assert server.get("/short_poll/~account", COOKIE).status == 404
    assert status_of(server, "/websocket/~account", cookie=COOKIE) == 404
    assert status_of(server, "/websocket/~account?careless=1", STRANGERS[0]) in (400, 404)


# ---- the page that others may frame ----

def test_only_the_guest_s_page_may_be_framed_from_other_ports(server):
    def ancestors(path):
        policy = server.get(path).header("content-security-policy")
        return policy.partition("frame-ancestors ")[2].partition(";")[0]
    assert ancestors("/origins/guest.html") == "'self' http://localhost:* http://127.0.0.1:*"
    assert ancestors("/origins.html") == ancestors("/claims/stranger.html") == ancestors("/") == "'self'"


def test_a_page_in_a_sandbox_gets_its_script_by_whatever_address_it_was_asked_for(serve):
    server = serve("--lab", "--host", "*")

    for host in ("192.0.2.7:8765", "[fd00::2]:8765", "laptop.local"):
        policy = server.ask("GET", "/claims/stranger.html", host=host).header("content-security-policy")
        assert policy.endswith(f"; script-src 'self' http://{host}; style-src 'self' http://{host}")
    for host in ("a;b", "*.example", "a,b", "'none'"): # what a policy would read as more than a name
        assert server.ask("GET", "/claims/stranger.html", host=host).status == 400
