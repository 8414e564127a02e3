# SPDX-License-Identifier: MIT
"""pushbench doctor: through each fault of pushrelay, through mixtures that it was not written for,
and through products that are installed, it says what it has observed, and no more."""
import concurrent.futures
import contextlib
import json
import re
import subprocess
import threading

import pytest

from lib.bench import BENCH, PATIENCE_S, bench
from lib.middlebox import Middlebox, installed
from lib.relay import Origin, Relay
from lib.server import ROOT, SANITIZED, Server

pytestmark = pytest.mark.skipif(
    SANITIZED, reason="the same probes as in compat, for one server: the plain build has shown it")

TRANSPORTS = ("short_poll", "long_poll", "sse", "websocket")
NO_UPGRADE = {"websocket": "no_upgrade"}
# By a relay's faults: the fault that each transport has met, and the transport to take.
FAULTS = {
    "delay=0": ({}, "websocket"),
    "http10,strip-upgrade": (NO_UPGRADE, "sse"),
    "buffer=all": ({"sse": "holds"}, "websocket"),
    "buffer=20k,strip-upgrade": ({"sse": "holds", **NO_UPGRADE}, "long_poll"),
    "gzip,gzip-always": ({"sse": "compresses"}, "websocket"),
    "coalesce-down=300": (dict.fromkeys(TRANSPORTS, "gathers"), "websocket"),
    "delay=300": ({}, "websocket"),
    "delay=100,buffer=all": ({"sse": "holds"}, "websocket"),
    "forward,connect-443": ({"websocket": "no_tunnel"}, "sse"),
    "forward,buffer=all": ({"sse": "holds"}, "websocket"),
}
FORGETFUL = "idle-cut=1500ms,idle-how=drop"
IDLE = {"closed": "idle-cut=4", "reset": "idle-cut=4,idle-how=rst",
        "forgotten": "idle-cut=4,idle-how=drop"}
PRODUCTS = {"nginx": ("nginx", "default"), "nginx, cured": ("nginx", "cured"),
            "haproxy": ("haproxy", "default")}


def examine(*arguments):
    """What the doctor found, as JSON. Its exit status says whether all got through."""
    result = subprocess.run([str(BENCH), "doctor", *map(str, arguments), "--json"],
                            stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            timeout=PATIENCE_S, check=False)
    assert result.stdout, result.stderr
    found = json.loads(result.stdout)
    assert result.returncode == (0 if found["held"] else 1), result.stderr
    return found


def faults_of(found):
    return {row["transport"]: row["fault"] for row in found["rows"] if row["fault"]}


def http(door):
    return "http://%s:%d" % door.address


@pytest.fixture(scope="module", name="server")
def run_server():
    with Server("--feed", "none", "--host", "*", "--lab") as server:
        yield server


@pytest.fixture(scope="module", name="found")
def examine_all(server):
    """What was found behind each relay's door and product, by its name. A doctor mostly waits, so
    all of them work at once."""
    doors = [word for name, faults in [*zip(FAULTS, FAULTS), (FORGETFUL, FORGETFUL), *IDLE.items()]
             for word in ("--door", f"d{name.replace(',', '-').replace('=', '-')}:0:{faults}")]
    with contextlib.ExitStack() as stack:
        relay = stack.enter_context(Relay(server, *doors, control=None))
        paths = {}
        for name, door in zip([*FAULTS, FORGETFUL, *IDLE], relay.doors.values()):
            paths[name] = [http(door)]
            if name.startswith("forward"):
                paths[name] = [f"http://{server.authority}", "--proxy", http(door)]
            if name in IDLE:
                paths[name] += ["--idle", "--idle-limit", "6"]
        for name, (box, variant) in PRODUCTS.items():
            if installed(box):
                paths[name] = [http(stack.enter_context(Middlebox(box, server, variant)))]
        with concurrent.futures.ThreadPoolExecutor(len(paths)) as pool:
            runs = {name: pool.submit(examine, *path) for name, path in paths.items()}
            yield {name: run.result() for name, run in runs.items()}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_named_by_what_was_observed(found, name):
    assert (faults_of(found[name]), found[name]["take"]) == FAULTS[name], found[name]


def test_cures_stand_beside_faults_and_guesses_say_so(found):
    unknown = found["buffer=20k,strip-upgrade"]
    assert unknown["middlebox"]["certainty"] == "unknown"
    lines = [cure for finding in unknown["findings"] for cure in finding["cures"]]
    assert {"product": "nginx", "line": "proxy_buffering off;"} in lines
    assert any("if it is lighttpd" in note for note in unknown["notes"])
    squid = found["forward,connect-443"]["middlebox"]
    assert (squid["product"], squid["certainty"]) == ("Squid", "looks like")


def test_a_slow_line_is_not_blamed_on_anything(found):
    assert found["delay=300"]["slow_line"] and found["delay=300"]["findings"] == []
    assert not found["coalesce-down=300"]["slow_line"]


def test_what_is_forgotten_is_not_said_to_be_cut(found):
    assert set(faults_of(found[FORGETFUL]).values()) == {"forgets"}, found[FORGETFUL]


@pytest.mark.parametrize("kind", TRANSPORTS[1:])
def test_idle_limits_and_who_ends(found, kind):
    ends = {name: found[name]["idle"][kind] for name in IDLE}
    assert "(FIN)" in ends["closed"]["text"] and "(RST)" in ends["reset"]["text"], ends
    assert ends["closed"]["cut_after_s"] > 3.9 and ends["reset"]["cut_after_s"] > 3.9
    assert ends["forgotten"]["forgotten"] and "lost" in ends["forgotten"]["text"], ends


# ---- products ---------------------------------------------------------------------------------

def needs(box):
    return pytest.mark.skipif(not installed(box), reason=f"{box} is not installed: ./dev compat")


@needs("nginx")
def test_nginx_as_it_comes_is_named_and_cured(found):
    assert faults_of(found["nginx"]) == NO_UPGRADE
    assert found["nginx"]["middlebox"]["product"] == "nginx"
    cures = found["nginx"]["findings"][0]["cures"]
    assert [cure["product"] for cure in cures] == ["nginx"]
    assert found["nginx, cured"]["findings"] == []


@needs("haproxy")
def test_haproxy_is_named_though_its_answers_do_not(found):
    middlebox = found["haproxy"]["middlebox"]
    assert (middlebox["product"], middlebox["certainty"]) == ("HAProxy", "says so")
    assert any("timeout tunnel 1h" in note for note in found["haproxy"]["notes"])


# ---- other paths ------------------------------------------------------------------------------

def test_publishing_past_the_path_and_with_a_token(tmp_path):
    token = tmp_path / "token"
    token.write_text("sesame\n")
    with Server("--feed", "none", "--publish-token", token) as server:
        url = f"http://{server.authority}"
        assert "--publish-token" in bench("doctor", url, status=1).stderr
        with Relay(server, "--strip-upgrade", control=None) as relay:
            found = examine(http(relay), "--publish-to", url,
                            "--publish-token", token)
    assert faults_of(found) == NO_UPGRADE


@contextlib.contextmanager
def answering(answer):
    """An origin that answers every connection with the same bytes, and closes."""
    with Origin() as origin:
        stopped = threading.Event()

        def serve():
            while not stopped.is_set():
                with contextlib.suppress(OSError, AssertionError):
                    accepted = origin.accept()
                    accepted.read_until(b"\r\n\r\n")
                    accepted.send(answer)
                    accepted.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield origin
        stopped.set()


@pytest.mark.parametrize("answer, says", (
    (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "nothing of pushlab lies at this path"),
    (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", "asks for a password"),
    (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "cannot reach the server"),
    (b"HTTP/1.1 301 Moved\r\nLocation: http://else.example/\r\nContent-Length: 0\r\n\r\n",
     "http://else.example/"),
    (b"\x15\x03\x01\x00\x02\x02\x46", "speaks TLS"),
    (b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak HTTP"),
))
def test_what_is_no_pushlab_is_told_with_what_to_do(answer, says):
    with answering(answer) as origin:
        assert says in bench("doctor", f"http://{origin.authority}", status=1).stderr


def test_what_cannot_be_reached_is_told_with_what_to_do():
    with Origin() as origin:
        authority = origin.authority
    assert "nothing listens" in bench("doctor", authority, status=1).stderr
    assert "socat" in bench("doctor", "https://push.example", status=1).stderr
    assert "is not known here" in bench("doctor", "http://no.such.invalid", status=1).stderr
    assert "give one address" in bench("doctor", status=2).stderr


# ---- plain endpoints --------------------------------------------------------------------------

def test_plain_endpoints_are_listened_to(server):
    sse = json.loads(bench("doctor", "--sse", f"http://{server.authority}/sse/t?since=now&canary=1",
                           "--listen", "1", "--json").stdout)
    assert sse["status"] == 200 and sse["events"] == 2
    socket = json.loads(bench("doctor", "--websocket", f"ws://{server.authority}/websocket/t",
                              "--listen", "1", "--json").stdout)
    assert socket["status"] == 101
    assert any(row["what"] == "answer to a ping" and row["ms"] is not None
               for row in socket["rows"])
    refused = bench("doctor", "--websocket", f"ws://{server.authority}/websocket/t",
                    "--origin", "http://evil.example", "--listen", "1", status=1).stdout
    assert "403" in refused and "--origin" in refused


# ---- words that stand in two places -----------------------------------------------------------

def test_the_page_gives_the_same_lines():
    page = (ROOT / "web" / "doctor" / "cures.js").read_text()
    program = (ROOT / "bench" / "doctor" / "doctor_cures.c").read_text()
    rows = re.findall(r'^  \["[^"]+", "(\w+)", (?:true|false), (["\'])(.*)\2\],$', page, re.M)
    joined = re.sub(r'"\s*\n\s*"', "", program).replace('\\"', '"')
    assert len(rows) == len(re.findall(r"\{PRODUCT_\w+, FAULT_", program))
    for _, _, line in rows:
        assert f'"{line}"' in joined, line
