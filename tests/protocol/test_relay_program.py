# SPDX-License-Identifier: MIT
"""pushrelay as a program: options, config file, control socket, signals."""
import json
import signal
import socket

import pytest

from lib import relay as program
from lib.http import HttpConnection
from lib.relay import Origin, Relay
from lib.wire import PATIENCE_S, Connection


@pytest.fixture
def origin():
    with Origin() as running:
        yield running


def passes(door, origin):
    """A byte gets through the door to the origin."""
    with door.connect() as client:
        client.send(b"x")
        with origin.accept() as server:
            assert server.read_exactly(1) == b"x"


# ---- the command line ----

def test_help_and_version():
    text = program.run("--help").stdout
    for option in ("--delay", "--idle-cut", "--buffer", "--like", "--control"):
        assert option in text
    assert program.run("--version").stdout.startswith("pushrelay ")


def test_products_are_listed_and_start(origin):
    lines = program.run("--like", "list").stdout.splitlines()
    products = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert {"nginx", "haproxy", "squid", "nat"} <= set(products)
    options = [part for product in products for part in ("--door", f"{product}:0:like={product}")]
    with Relay(origin, *options) as relay:
        assert {door["name"] for door in relay.command(get="state")["doors"]} == set(products)


@pytest.mark.parametrize("arguments", [
    (), ("--to", "nowhere"), ("--to", "127.0.0.1:1", "superfluous"), ("--to", "127.0.0.1:1", "--nosuch"),
    ("--to", "127.0.0.1:1", "--delay", "soon"), ("--to", "127.0.0.1:1", "--listen", "x:y:z"),
    ("--to", "127.0.0.1:1", "--like", "nosuch"), ("--to", "127.0.0.1:1", "--door", "a"),
    ("--to", "127.0.0.1:1", "--door", "a:0:nosuch=1"), ("--to", "127.0.0.1:1", "--limit", "1"),
    ("--to", "127.0.0.1:1", "--door", "a:0", "--door", "a:0"), ("--config", "/nonexistent"),
    ("--to", "127.0.0.1:1", "--control", "/nonexistent/socket"),
    ("--to", "127.0.0.1:1", "--idle-answer", "200")])
def test_wrong_usage(arguments):
    result = program.run(*arguments)
    assert result.returncode in (1, 2) and result.stderr and not result.stdout


def test_a_port_that_is_taken(origin):
    result = program.run("--to", "127.0.0.1:1", "--listen", origin.authority)
    assert result.returncode == 1 and "another program" in result.stderr


def test_several_doors(origin):
    with Relay(origin, "--listen", "127.0.0.1:0", "--door", "slow:0:delay=30,slice=100",
               "--door", "cut:0:reset-after=1k", "--jitter", "2") as relay:
        assert set(relay.doors) == {"main", "slow", "cut", "first"}
        for door in relay.doors.values():
            passes(door, origin)
        doors = {door["name"]: door for door in relay.command(get="state")["doors"]}
        assert doors["slow"]["faults"]["up"]["delay_ms"] == 30
        assert doors["slow"]["faults"]["down"]["jitter_ms"] == 2  # what is given before is for all
        assert doors["cut"]["faults"]["up"]["reset_after"] == 1024
        assert doors["main"]["faults"]["up"]["delay_ms"] == 0


def test_config_file(origin, tmp_path):
    path = tmp_path / "relay.json"
    path.write_text(json.dumps({
        "to": origin.authority, "control": "0", "faults": {"jitter_ms": 1}, "doors": [
            {"name": "plain"},
            {"name": "far", "listen": "0", "faults": {"down": {"delay_ms": 5}, "limit_bytes": "1M"}},
            {"name": "proxy", "like": "haproxy", "faults": {"idle_cut_ms": 1500}}]}))
    with Relay(None, "--config", path, control=None) as relay:
        for door in relay.doors.values():
            if door is not relay.doors["proxy"]:
                passes(door, origin)
        doors = {door["name"]: door["faults"] for door in relay.command(get="state")["doors"]}
        assert doors["far"]["down"]["delay_ms"] == 5 and doors["far"]["up"]["jitter_ms"] == 1
        assert doors["proxy"]["idle_cut_ms"] == 1500 and doors["proxy"]["idle_answer"] == 504


@pytest.mark.parametrize("text", [
    "", "[]", "{", '{"doors": []}', '{"doors": [{"name": "a"}]}', '{"doors": [1], "to": "127.0.0.1:1"}',
    '{"to": "127.0.0.1:1", "doors": [{"name": "a", "speed": 1}]}',
    '{"to": "127.0.0.1:1", "doors": [{"name": "a", "faults": {"delay": 1}}]}',
    '{"to": "127.0.0.1:1", "doors": [{"name": "a"}, {"name": "a"}]}'])
def test_wrong_config(text, tmp_path):
    path = tmp_path / "relay.json"
    path.write_text(text)
    result = program.run("--config", path)
    assert result.returncode in (1, 2) and "pushrelay: " in result.stderr


# ---- the control socket ----

WRONG = [
    b"{", b"nonsense", b"[]", b"{}", b'{"get":"state"} {"get":"state"}', b'{"get":"nothing"}',
    b'{"set":{"delay_ms":-1}}', b'{"set":{"delay_ms":1.5}}', b'{"set":{"delay_ms":[1]}}',
    b'{"set":{"nosuch":1}}', b'{"set":{"up":1}}', b'{"set":{"up":{"idle_cut_ms":1}}}', b'{"set":7}',
    b'{"act":"explode"}', b'{"act":7}', b'{"get":"state","act":"reset"}', b'{"act":"reset","door":"x"}',
    b'{"door":7,"get":"state"}', b'{"set":{"like":"nosuch"}}', b'{"set":{"delay_ms":"5 ms"}}',
    b'{"set":{"delay_ms":9,"nosuch":1}}', b"\x00", b'{"get":"\xff"}',
    b'{"set":{"\xff":1}}', '{"set":{"x%s":1}}'.replace("%s", "\u00e9" * 40).encode(),
    '{"set":{"like":"x%s"}}'.replace("%s", "\u00e9" * 40).encode()]


def test_bad_commands_change_nothing(origin):
    with Relay(origin, "--delay", "1") as relay:
        before = relay.state()
        for line in WRONG:
            assert set(relay.command_text(line)) == {"error"}, line
        assert relay.state() == before
        passes(relay, origin)


def test_a_command_in_pieces_and_two_at_once(origin):
    with Relay(origin) as relay:
        relay.state()
        for octet in b'{"set": {"delay_ms": 2, "like": "nat"}}\r\n\n{"get": "state"}\n':
            relay.control.send(bytes([octet]))
        assert json.loads(relay.control.read_until(b"\n")) == {"ok": True}
        faults = json.loads(relay.control.read_until(b"\n"))["doors"][0]["faults"]
        assert faults["up"]["delay_ms"] == 2 and faults["idle_how"] == "nat"


def test_a_line_without_end(origin):
    with Relay(origin) as relay:
        relay.state()
        relay.control.send_as_far_as_possible(b"x" * (1 << 20))
        relay.control.read_to_end()
        relay.control = None
        passes(relay, origin)


def test_what_state_says_can_be_set(origin):
    with Relay(origin, "--like", "nginx", "--reset-after", "500s", "--rate", "1M") as relay:
        faults = relay.state()["faults"]
        relay.command(set=faults)
        assert relay.state()["faults"] == faults


def test_unix_socket(origin, tmp_path):
    path = tmp_path / "control"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))  # as left by one that was killed
    with Relay(origin, control=path):
        assert path.stat().st_mode & 0o077 == 0
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(PATIENCE_S)
            control.connect(str(path))
            control.sendall(b'{"set":{"delay_ms":3}}\n')
            assert json.loads(control.makefile().readline()) == {"ok": True}
        assert program.run("--to", "127.0.0.1:1", "--control", path).returncode == 1
    assert not path.exists()


# ---- its end ----

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals(origin, number):
    relay = Relay(origin, "--delay", "10s")
    clients = [relay.connect() for _ in range(5)]
    for client in clients:
        client.send(b"held for ten seconds")
    relay.await_count("accepted", 5)
    relay.stop(number)
    for client in clients:
        client.read_to_end()


def test_loopback_by_default(origin):
    with Relay(origin, "--listen", "0") as relay:
        assert relay.address[0] == "127.0.0.1"
        with Connection(relay.address) as client:
            client.send(b"x")
            assert origin.accept().read_exactly(1) == b"x"


# ---- commands from pages ----

PAGE = "http://localhost:8765"


def ask_control(relay, method, body=b"", *headers):
    host, port = relay.control_address.rsplit(":", 1)
    with HttpConnection((host, int(port))) as connection:
        return connection.ask(method, "/", headers, body, relay.control_address)


def test_a_listed_page_commands(origin):
    with Relay(origin, "--control-origin", f"http://other:1,{PAGE}") as relay:
        command = json.dumps({"set": {"delay_ms": 40}}).encode()
        answer = ask_control(relay, "POST", command, ("Origin", PAGE))
        assert (answer.status, answer.json()) == (200, {"ok": True})
        assert answer.header("access-control-allow-origin") == PAGE
        assert relay.state()["faults"]["down"]["delay_ms"] == 40
        answer = ask_control(relay, "POST", b'{"get":"state"}', ("Origin", PAGE))
        assert answer.json()["doors"][0]["name"] == "main"


def test_a_page_asks_before_it_sends_json(origin):
    with Relay(origin, "--control-origin", PAGE) as relay:
        answer = ask_control(relay, "OPTIONS", b"", ("Origin", PAGE))
        assert answer.status == 200
        assert answer.header("access-control-allow-origin") == PAGE
        assert "POST" in answer.header("access-control-allow-methods")


@pytest.mark.parametrize("options", [(), ("--control-origin", PAGE)])
def test_any_other_page_is_not_obeyed(origin, options):
    with Relay(origin, *options) as relay:
        for number in (b"\n", b"\r\n"):
            command = number + b'{"set":{"delay_ms":40}}' + number
            answer = ask_control(relay, "POST", command, ("Origin", "http://evil.example"))
            assert answer.status == 403
            assert answer.header("access-control-allow-origin") is None
        assert relay.state()["faults"]["down"]["delay_ms"] == 0


def test_a_program_without_an_origin_is_obeyed(origin):
    with Relay(origin) as relay:
        assert ask_control(relay, "POST", b'{"act":"freeze"}').json() == {"ok": True}
        assert relay.state()["frozen"]


@pytest.mark.parametrize("method, body, status", [("GET", b"", 405), ("PUT", b"{}", 405)])
def test_only_posts_are_commands(origin, method, body, status):
    with Relay(origin) as relay:
        assert ask_control(relay, method, body).status == status


@pytest.mark.parametrize("head", [b"", b"Content-Length: 99999999\r\n", b"Content-Length: x\r\n"])
def test_a_post_of_no_good_length(origin, head):
    with Relay(origin) as relay:
        host, port = relay.control_address.rsplit(":", 1)
        with HttpConnection((host, int(port))) as connection:
            connection.send(b"POST / HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n")
            assert connection.read_response().status == 400
        assert relay.state()["name"] == "main"


def test_mending_takes_all_faults_off(origin):
    with Relay(origin, "--delay", "5", "--like", "nginx", "--limit", "128k") as relay:
        relay.command(act="freeze")
        relay.command(act="mend")
        state = relay.state()
        assert state["faults"]["limit_bytes"] == 128 * 1024 and not state["frozen"]
        assert not state["faults"]["strip_upgrade"]
        assert state["faults"]["up"]["delay_ms"] == 0
