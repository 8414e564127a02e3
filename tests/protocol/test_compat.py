# SPDX-License-Identifier: MIT
"""pushbench compat: the verdicts that its faulty middleboxes must come to, whatever the machine
does beside; and what careless=1 takes off a server's answers."""
import json
import subprocess
import urllib.request

import pytest

from lib import http, middlebox
from lib.bench import BENCH, PATIENCE_S, bench
from lib.server import BINARY, SANITIZED, Server

TRANSPORTS = ("short_poll", "long_poll", "sse", "websocket")
WORKS = ("works",) * 4
PLAIN_GET = ("works", "works", "works", "refused")
HELD_BACK = ("works", "works", "buffered", "refused")
STREAM_HELD_BACK = ("works", "works", "buffered", "works")
# By environment: through a naive server, and through a careful one.
VERDICTS = {
    "direct": (WORKS, WORKS),
    "no Upgrade (Apache)": (PLAIN_GET, PLAIN_GET),
    "buffers 4 KiB (nginx)": (HELD_BACK, PLAIN_GET),
    "buffers all (lighttpd)": (HELD_BACK, HELD_BACK),
    "HTTP/1.0 (old proxies)": (PLAIN_GET, PLAIN_GET),
    "cache (Varnish, nginx)": (("stale", "looping", "works", "refused"), PLAIN_GET),
    "gathers 200 ms (HAProxy)": (("late",) * 4, ("late",) * 4),
    "gzip (HAProxy compression)": (STREAM_HELD_BACK, WORKS),
    "gzip from 512 B (Caddy encode)": (WORKS, WORKS),
    "gzip (Caddy), with pad=2048": (STREAM_HELD_BACK, STREAM_HELD_BACK),
    "idle cut 60 s (nginx, HAProxy)": (("works", "cut", "cut", "cut"), WORKS),
    "forgets silence (NAT routers)": (("works", "dead", "dead", "dead"), WORKS),
    "CONNECT to 443 only (Squid)": (PLAIN_GET, PLAIN_GET),
    "forward proxy (tinyproxy)": (WORKS, WORKS),
    "forward, buffers all (Privoxy)": (STREAM_HELD_BACK, STREAM_HELD_BACK),
    "store and forward (virus scan)": (HELD_BACK, HELD_BACK),
}


@pytest.fixture(scope="module", name="quick")
def run_quick(tmp_path_factory):
    if SANITIZED:
        pytest.skip("many probes at once, for one server: the plain build has shown it")
    path = tmp_path_factory.mktemp("compat") / "quick.json"
    page = path.with_suffix(".html")
    table = bench("compat", "quick", "--report", str(page), f"--json={path}").stdout
    assert page.read_text().startswith("<!DOCTYPE html>")
    return table, json.loads(path.read_text())


def test_quick_tells_each_fault(quick):
    found = {}
    for row in quick[1]["rows"]:
        found.setdefault(row["environment"], []).append(
            tuple(row["cells"][name]["outcome"] for name in TRANSPORTS))
    assert {name: tuple(cares) for name, cares in found.items()} == VERDICTS


def test_quick_counts_orders_and_reversals(quick):
    naive, careful = quick[1]["orders"]["naive"], quick[1]["orders"]["careful"]
    assert naive["environments"] == careful["environments"] == len(VERDICTS)
    assert [naive[name] for name in TRANSPORTS] == [15, 13, 8, 7]
    assert [careful[name] for name in TRANSPORTS] == [16, 16, 12, 9]
    assert naive["verdict_sse"] == "holds"
    assert careful["verdict_sse"] == careful["verdict_keep_alive"] == "holds but for ties"
    reversals = quick[1]["reversals"]
    privoxy = next(one for one in reversals if "Privoxy" in one["environment"])
    assert (privoxy["better"], privoxy["worse"]) == ("websocket", "sse")
    assert any("pad=2048" in one["text"] for one in reversals)


def test_quick_tells_reasons_and_cures(quick):
    table = quick[0]
    assert "cure: nginx: proxy_http_version 1.1" in table
    assert "Upgrade was removed on the way" in table
    assert "short poll > long poll > long connection > WebSocket: holds" in table
    assert all(cell["resumed"] for row in quick[1]["rows"] for cell in row["cells"].values()
               if cell["passes"])


def test_quick_tells_all_in_each_language(quick):
    for row in quick[1]["rows"]:
        texts = [row["title"], *(row[name] for name in ("remedy",) if name in row)]
        for cell in row["cells"].values():
            texts += [cell["told"], cell["reason"]]
            assert cell["reason"]["en"] or cell["outcome"] == "works"
        assert all(bool(text["en"]) == bool(text["zh"]) for text in texts)


def test_real_skips_what_is_not_installed(tmp_path):
    table = bench("compat", "real", "--programs", str(tmp_path)).stdout
    for package in ("nginx", "haproxy", "apache2-bin", "lighttpd", "caddy", "varnish", "squid",
                    "tinyproxy-bin", "privoxy"):
        assert f"not installed (apt install {package})" in table
    assert "./dev compat" in table


def test_hold_lists_what_there_is_and_what_is_missing(tmp_path):
    everything = json.loads(bench("compat", "hold", "--list", "--json").stdout)
    names = {one["name"] for one in everything}
    assert names >= {"nginx", "haproxy", "apache", "lighttpd", "caddy", "varnish", "squid",
                     "tinyproxy", "privoxy"} and len(names) == len(everything)
    assert all(("missing" in one) != ("version" in one) for one in everything)
    table = bench("compat", "hold", "--list", "--programs", str(tmp_path)).stdout
    assert table.count("SKIP: not installed (apt install ") == len(everything)


@pytest.mark.parametrize("arguments, remedy", [
    ([], "--list"), (["nginy"], "--list"), (["nginx", "better"], "default or cured"),
    (["tinyproxy", "cured"], "default is all it needs")])
def test_hold_says_what_to_ask_for(arguments, remedy):
    assert remedy in bench("compat", "hold", *arguments, status=2).stderr


def test_hold_of_what_is_not_installed_says_so(tmp_path):
    told = bench("compat", "hold", "nginx", "--programs", str(tmp_path), status=1)
    assert "SKIP" in told.stderr and "apt install nginx" in told.stderr and not told.stdout


def held(process):
    """What a hold says of itself, once something has come through it."""
    told = json.loads(process.stdout.readline())
    with urllib.request.urlopen(told["open"] + "healthz", timeout=PATIENCE_S) as answer:
        assert answer.status == 200
    return told


@pytest.mark.parametrize("configuration", ["default", "cured"])
def test_hold_keeps_nginx_up_until_its_standard_input_ends(configuration):
    if not middlebox.installed("nginx"):
        pytest.skip("nginx is not installed (apt install nginx)")
    command = [str(BENCH), "compat", "hold", "nginx", configuration, "--pushlab", str(BINARY)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        told = held(process)
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0
    assert told["configuration"] == configuration and "proxy" not in told
    for name in ("open", "server"):
        with pytest.raises(OSError):
            urllib.request.urlopen(told[name], timeout=PATIENCE_S)


def test_hold_ends_on_a_signal():
    if not middlebox.installed("nginx"):
        pytest.skip("nginx is not installed (apt install nginx)")
    command = [str(BENCH), "compat", "hold", "nginx", "--pushlab", str(BINARY)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        held(process)
        process.terminate()
        assert process.wait(PATIENCE_S) == 0


def test_unknown_tier_is_refused():
    assert "quick" in bench("compat", "slow", status=2).stderr


# ---- careless=1 -------------------------------------------------------------------------------

CARES = ("cache-control", "x-accel-buffering")


@pytest.fixture(scope="module", name="lab")
def run_lab():
    with Server("--lab", "--feed", "none", "--heartbeat", "100ms") as server:
        yield server


@pytest.mark.parametrize("path", ("/short_poll/t?since=now", "/long_poll/t?since=now&wait=0"))
def test_careless_polls_have_no_length_and_forbid_nothing(lab, path):
    careful, careless = lab.get(path), lab.get(path + "&careless=1")
    assert all(careful.header(name) for name in (*CARES, "content-length"))
    assert not any(careless.header(name) for name in (*CARES, "content-length", "etag"))
    assert careless.header("transfer-encoding") == "chunked"
    assert careless.body == careful.body


def test_careless_polls_of_http_1_0_end_with_their_connection(lab):
    with lab.connect() as connection:
        connection.send(b"GET /short_poll/t?since=now&careless=1 HTTP/1.0\r\n"
                        b"Connection: keep-alive\r\nHost: localhost\r\n\r\n")
        head = connection.read_head()
        assert head.header("transfer-encoding") is None and head.lists("connection") == ["close"]
        assert connection.read_to_end().startswith(b'{"topic":"t"')


def test_careless_streams_have_no_heartbeats(lab):
    with lab.connect() as careless, lab.connect() as careful:
        careless.send(http.build("GET", "/sse/c?careless=1", host=lab.authority))
        head = careless.read_head()
        assert not any(head.header(name) for name in CARES)
        careful.send(http.build("GET", "/sse/c", host=lab.authority))
        for _ in range(3):
            careful.read_until(b"event: heartbeat")
        lab.publish("c", "after")
        assert b"heartbeat" not in careless.read_until(b"data: after")


def test_careless_is_for_labs():
    with Server("--feed", "none") as server:
        answer = server.get("/sse/t?careless=1")
        assert answer.status == 400 and b"--lab" in answer.body
