# SPDX-License-Identifier: MIT
"""pushbench doctor: through each fault of pushrelay, through mixtures that it was not written for,
and through products that are installed, it says what it has observed, and no more."""
import concurrent.futures
import contextlib
import json
import os
import re
import signal
import subprocess
import threading

import pytest

from lib.bench import BENCH, PATIENCE_S, bench, figures
from lib.middlebox import Middlebox, installed
from lib.proxy import Proxy, make_certificate, openssl_installed
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
FORGETFUL = "idle-cut=2,idle-how=drop"
IDLE = {"closed": "idle-cut=4", "reset": "idle-cut=4,idle-how=rst",
        "forgotten": "idle-cut=4,idle-how=drop"}
PRODUCTS = {"nginx": ("nginx", "default"), "nginx, cured": ("nginx", "cured"),
            "haproxy": ("haproxy", "default")}


def reply(status, body=b"<html><title>Sign in to Hotel WiFi</title></html>", more=b""):
    return (b"HTTP/1.1 %s\r\nContent-Type: text/html\r\n%sContent-Length: %d\r\n"
            b"Connection: close\r\n\r\n%s" % (status, more, len(body), body))


def one_request(head, without=b"\0"):
    """The head of a request that is the last of its connection, without some lines."""
    first, *lines = head.split(b"\r\n")
    keep = b"upgrade" in head.lower()
    lines = [line for line in lines if not line.lower().startswith(without) and
             (keep or not line.lower().startswith(b"connection:"))]
    return b"\r\n".join([first, *([] if keep else [b"Connection: close"]), *lines])


def instead_of(word, answer):
    """Answers requests with this word in their first line, and passes on the others."""
    return lambda head: answer if word in head.split(b"\r\n")[0] else one_request(head)


# By proxies that the doctor was not written for: how they are made, the fault of each transport,
# and what is to be told of it.
STRANGERS = {
    "limits a connection's life": (
        {"life_s": 2.5}, {"sse": "ends", "websocket": "ends"}, "ended 2.5 s after it was asked"),
    "takes Last-Event-ID away": (
        {"treat": lambda head: one_request(head, b"last-event-id")}, {}, "Last-Event-ID"),
    "a policy's page for event streams": (
        {"treat": instead_of(b"/sse/", reply(b"200 OK"))}, {"sse": "refuses"},
        "by somebody else: text/html"),
    "shuts out WebSocket": (
        {"treat": instead_of(b"/websocket/", b"HTTP/")}, {"websocket": "refuses"},
        "closed without an answer"),
    "a gateway without the server for long polls": (
        {"treat": instead_of(b"/long_poll/", reply(b"504 Gateway Timeout"))},
        {"long_poll": "refuses"}, "its server did not"),
}


def examine(*arguments):
    """What the doctor found, as JSON. Its exit status says whether all got through."""
    result = subprocess.run([str(BENCH), "doctor", *map(str, arguments), "--json"],
                            stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            timeout=PATIENCE_S, check=False)
    assert result.stdout, result.stderr
    found = json.loads(result.stdout)
    assert result.returncode == (0 if found["held"] else 1), result.stderr
    return found


def examine_idle_and_interrupt(url):
    """The same, interrupted when it has looked at silence for a while."""
    progress, told = os.pipe()
    process = subprocess.Popen(
        [str(BENCH), "doctor", url, "--idle", "--idle-limit", "100", "--json"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, pass_fds=[told],
        env={**os.environ, "PUSHBENCH_PROGRESS": str(told)})
    os.close(told)
    shares = [0]
    with open(progress, encoding="ascii") as lines:
        for line in lines:  # the first bar is that of the probes
            shares.append(json.loads(line)["progress"])
            if max(shares) > 0.2 and 0.02 < shares[-1] < 0.1:
                break
        process.send_signal(signal.SIGINT)
        found = json.loads(process.communicate(timeout=PATIENCE_S)[0])
    assert process.returncode == 130
    return found


def faults_of(found):
    return {row["transport"]: row["fault"] for row in found["rows"] if row["fault"]}


def http(door):
    return "http://%s:%d" % door.address


@pytest.fixture(scope="module", name="server")
def run_server():
    with Server("--feed", "none", "--host", "*", "--lab") as server:
        yield server


NAME = "push.example"
needs_openssl = pytest.mark.skipif(not openssl_installed(), reason="openssl is not installed")


@pytest.fixture(scope="module", name="secure")
def run_secure(server, tmp_path_factory):
    """What ends TLS before the server, and its certificate; None where none can be made."""
    if not openssl_installed():
        yield None
        return
    context, certificate = make_certificate(tmp_path_factory.mktemp("tls"), NAME)
    with Proxy(server, tls=context) as proxy:
        yield proxy, certificate


def https(door):
    return "https://%s:%d" % door.address


def secure_paths(server, secure, relay, stack):
    """Ways by https: plainly, to a fault behind TLS, and by a tunnel."""
    proxy, certificate = secure
    believing = ["--cacert", str(certificate), "--host", NAME]
    tunnel = stack.enter_context(Relay(proxy, "--forward", control=None))
    faulty = stack.enter_context(Proxy(relay.doors["dhttp10-strip-upgrade"], tls=proxy.tls))
    return {"https": [https(proxy), *believing],
            "https, a fault": [https(faulty), "--insecure", "--publish-to",
                               f"http://{server.authority}"],
            "https, a tunnel": [https(proxy), "--proxy", http(tunnel), *believing]}


@pytest.fixture(scope="module", name="found")
def examine_all(server, secure):
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
        stranger = http(stack.enter_context(Proxy(server, life_s=4)))
        paths["ended by age"] = [stranger, "--idle", "--idle-limit", "6"]
        if secure:
            paths |= secure_paths(server, secure, relay, stack)
        for name, (how, *_) in STRANGERS.items():
            paths[name] = [http(stack.enter_context(Proxy(server, **how)))]
        for name, (box, variant) in PRODUCTS.items():
            if installed(box):
                paths[name] = [http(stack.enter_context(Middlebox(box, server, variant)))]
        with concurrent.futures.ThreadPoolExecutor(len(paths) + 1) as pool:
            runs = {name: pool.submit(examine, *path) for name, path in paths.items()}
            runs["interrupted"] = pool.submit(examine_idle_and_interrupt,
                                              f"http://{server.authority}")
            yield {name: run.result() for name, run in runs.items()}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_named_by_what_was_observed(found, name):
    assert (faults_of(found[name]), found[name]["take"]) == FAULTS[name], found[name]


@pytest.mark.parametrize("name", STRANGERS)
def test_strangers_are_named_by_what_was_observed(found, name):
    _, faults, told = STRANGERS[name]
    assert faults_of(found[name]) == faults, found[name]
    assert any(told in finding["observed"] for finding in found[name]["findings"]), found[name]
    assert found[name]["middlebox"]["certainty"] == "unknown"


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


def test_what_ends_by_its_age_is_not_said_to_end_by_silence(found):
    texts = [found["ended by age"]["idle"][kind]["text"] for kind in ("sse", "websocket")]
    assert all(text.startswith("ended 4.") and "silent or not" in text for text in texts), texts


def test_an_interrupted_look_at_silence_keeps_what_was_found(found):
    idle = found["interrupted"]["idle"]
    assert idle["broken_off"] and found["interrupted"]["take"] == "websocket"
    assert all("not cut within" in idle[kind]["text"] for kind in TRANSPORTS[1:]), idle


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
def answering(answer, flood=b""):
    """An origin that answers every connection with the same bytes, and closes; with a flood, only
    when the other end has."""
    with Origin() as origin:
        stopped = threading.Event()

        def serve():
            while not stopped.is_set():
                with contextlib.suppress(OSError, AssertionError):
                    accepted = origin.accept()
                    accepted.read_until(b"\r\n\r\n")
                    accepted.send(answer)
                    while flood:
                        accepted.send(flood)
                    accepted.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield origin
        stopped.set()


@pytest.mark.parametrize("answer, says", (
    (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "nothing lies at this path"),
    (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", "asks for a password"),
    (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "cannot reach the server"),
    (b"HTTP/1.1 301 Moved\r\nLocation: http://else.example/\r\nContent-Length: 0\r\n\r\n",
     "http://else.example/"),
    (b"\x15\x03\x01\x00\x02\x02\x46", "speaks TLS there: ask for https://"),
    (b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak HTTP"),
))
def test_what_is_no_pushlab_is_told_with_what_to_do(answer, says):
    with answering(answer) as origin:
        assert says in bench("doctor", f"http://{origin.authority}", status=1).stderr


@pytest.mark.parametrize("treat, says", (
    (lambda head: reply(b"200 OK"), "not by a pushlab: text/html, 'Sign in to Hotel WiFi'"),
    (lambda head: reply(b"302 Found", more=b"Location: http://portal.example/in\r\n"),
     "Networks that want a login"),
    (lambda head: reply(b"307 Moved", more=b"Location: https://127.0.0.1/live/transports\r\n"),
     "give that address: https://127.0.0.1/live\n"),
    (lambda head: reply(b"407 Who?"), "the proxy asks for a password"),
    (instead_of(b"POST", reply(b"200 OK")), "nothing was published"),
    (instead_of(b"POST", reply(b"429 Slowly")), "a limit on requests"),
))
def test_who_answers_in_place_of_the_server_is_told(server, treat, says):
    with Proxy(server, treat) as proxy:
        assert says in bench("doctor", http(proxy), status=1).stderr


def test_what_cannot_be_tried_is_no_all_clear(server):
    with Proxy(server, instead_of(b"/short_poll/", reply(b"429 Slowly"))) as proxy:
        told = bench("doctor", http(proxy), status=1).stdout
    assert "too many requests at once" in told and "Nothing was found" not in told


def test_what_cannot_be_reached_is_told_with_what_to_do():
    with Origin() as origin:
        authority = origin.authority
    assert "nothing listens" in bench("doctor", authority, status=1).stderr
    assert "is not known here" in bench("doctor", "http://no.such.invalid", status=1).stderr
    assert "give one address" in bench("doctor", status=2).stderr


# ---- TLS --------------------------------------------------------------------------------------

@needs_openssl
def test_https_and_wss_with_a_certificate_that_is_believed(found):
    secure = found["https"]
    assert (secure["findings"], secure["take"]) == ([], "websocket")
    assert NAME in secure["tls"] and "TLSv1." in secure["tls"]


@needs_openssl
def test_faults_are_seen_through_tls(found):
    secure = found["https, a fault"]
    assert faults_of(secure) == NO_UPGRADE and "not believed" in secure["tls"]


@needs_openssl
def test_https_through_a_forward_proxy_goes_by_a_tunnel(secure, found):
    proxy, certificate = secure
    assert found["https, a tunnel"]["findings"] == []
    assert any("tunnel" in note for note in found["https, a tunnel"]["notes"])
    with Relay(proxy, "--forward", "--connect-443", control=None) as relay:
        assert "opens no tunnel there" in bench(
            "doctor", https(proxy), "--proxy", http(relay), "--cacert", str(certificate),
            status=1).stderr


@needs_openssl
def test_a_bad_certificate_is_told_with_what_to_do(server, secure):
    proxy, certificate = secure
    told = bench("doctor", https(proxy), "--host", NAME, status=1).stderr
    assert "signed itself" in told and "--cacert" in told and "--insecure" in told
    told = bench("doctor", https(proxy), "--cacert", str(certificate), status=1).stderr
    assert f"not for 127.0.0.1, but for: {NAME}" in told and "--host" in told
    assert "no TLS is spoken there" in bench("doctor", https(server), status=1).stderr
    assert "ask for https://" in bench("doctor", http(proxy), status=1).stderr
    assert "PEM" in bench("doctor", https(proxy), "--cacert", "/dev/null", status=2).stderr


# ---- plain endpoints --------------------------------------------------------------------------

@needs_openssl
def test_plain_endpoints_are_listened_to_by_tls(secure):
    proxy, certificate = secure
    how = ["--cacert", str(certificate), "--host", NAME, "--listen", "1"]
    sse = figures("doctor", "--sse", https(proxy) + "/sse/t?since=now&canary=1", *how)
    assert sse["status"] == 200 and sse["events"] == 2
    socket = figures("doctor", "--websocket",
                     "wss://%s:%d/websocket/t" % proxy.address, *how)
    assert socket["status"] == 101
    told = bench("doctor", "--sse", https(proxy) + "/sse/t", "--listen", "1", status=1).stdout
    assert "--cacert" in told


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


STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
SOCKET = b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
MUCH = b"x" * (1 << 20)
CHUNKED = STREAM.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n")
FLOODS = {
    "one line": ("--sse", STREAM, MUCH, "More than 64 MiB came within"),
    "events": ("--sse", STREAM, b"data: x\n\n" * (1 << 16), "More than 64 MiB came within"),
    "a head": ("--sse", b"HTTP/1.1 200 OK\r\nX: ", MUCH, "its head is longer than 32 KiB"),
    "a chunk": ("--sse", CHUNKED, MUCH, "cannot be read"),
    "pongs": ("--websocket", SOCKET, b"\x8a\x00" * (1 << 19), "More than 64 MiB came within"),
    "a frame": ("--websocket", SOCKET + b"\x82\x7f\0\1" + bytes(6), MUCH,
                "A frame of 281474976710656 bytes is announced"),
}


@pytest.mark.parametrize("name", FLOODS)
def test_who_floods_is_left_and_told(name):
    how, answer, flood, says = FLOODS[name]
    with answering(answer, flood) as origin:
        told = bench("doctor", how, f"http://{origin.authority}/", status=1).stdout
    assert says in told and "ended by itself" not in told and "was closed after" not in told


@pytest.mark.parametrize("answer, says", (
    (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", "not by a pushlab: text/html"),
    (b"", "does not speak HTTP"),
))
def test_a_flood_in_place_of_a_pushlab_is_told(answer, says):
    with answering(answer, MUCH) as origin:
        assert says in bench("doctor", f"http://{origin.authority}", status=1).stderr


# ---- words that stand in two places -----------------------------------------------------------

def test_the_page_gives_the_same_lines():
    page = (ROOT / "web" / "doctor" / "cures.js").read_text()
    program = (ROOT / "bench" / "doctor" / "doctor_cures.c").read_text()
    rows = re.findall(r'^  \["[^"]+", "(\w+)", (?:true|false), (["\'])(.*)\2\],$', page, re.M)
    joined = re.sub(r'"\s*\n\s*"', "", program).replace('\\"', '"')
    assert len(rows) == len(re.findall(r"\{PRODUCT_\w+, FAULT_", program))
    for _, _, line in rows:
        assert f'"{line}"' in joined, line
