# SPDX-License-Identifier: MIT
"""`pushbench versus`, small: servers that others wrote, spoken to by the bench's own clients."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

from lib.server import BINARY, ROOT

BENCH = pathlib.Path(os.environ.get("PUSHBENCH", BINARY.parents[1] / "bench/pushbench")).resolve()
PEERS = ROOT / "bench/peers"
PATIENCE_S = 120
TRANSPORTS = {
    "nchan": {"short_poll", "long_poll", "sse", "websocket"},
    "ws": {"websocket"},
    "socket.io": {"websocket"},
    "sse": {"sse"},
}
FEW = ("-n", "20", "--idle", "80", "-m", "8", "--stretches", "2", "--rate", "100",
       "--interval", "20")


def versus(*arguments, env=None):
    environment = {**os.environ, "PUSHLAB": str(BINARY), **(env or {})}
    return subprocess.run([BENCH, "versus", *arguments], env=environment, timeout=PATIENCE_S,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def missing(peer):
    """Why the peer cannot be started here, or None."""
    if peer == "nchan":
        there = pathlib.Path("/usr/lib/nginx/modules/ngx_nchan_module.so").exists()
        return None if there else "libnginx-mod-nchan is not installed"
    if not shutil.which("node"):
        return "node is not installed"
    there = peer == "sse" or (PEERS / "node_modules" / peer).exists()
    return None if there else f"npm's {peer} is not installed (npm ci in bench/peers)"


@pytest.mark.parametrize("peer", TRANSPORTS)
def test_both_get_everything(peer):
    reason = missing(peer)
    if reason:
        pytest.skip(reason)
    result = versus(peer, *FEW, "--json")
    assert result.returncode == 0, result.stderr + result.stdout
    found = json.loads(result.stdout)
    assert found["held"] and found["peer"] == peer
    assert not [note for note in found["notes"] if "lost" in note or "given up" in note]
    assert {row["transport"] for row in found["rows"]} == TRANSPORTS[peer]
    for row in found["rows"]:
        if row["figure"].startswith("CPU"):
            assert row["ours"] > 0 and row["theirs"] > 0
            assert 0 < row["ratio_min"] <= row["ratio"] <= row["ratio_max"]


def test_loads_of_a_transport():
    reason = missing("sse")
    if reason:
        pytest.skip(reason)
    rows = json.loads(versus("sse", *FEW, "--json").stdout)["rows"]
    assert [row["load"] for row in rows if row["figure"] == "CPU us/delivery"] == [
        "100 a second", "1 publisher", "32 publishers"]
    assert [row["figure"] for row in rows if row["load"] == "100 a second"][2:] == [
        "p50 us", "p99 us"]
    assert [row["load"] for row in rows if row["figure"] == "user B each"] == ["80 waiting"]


def test_a_transport_that_the_peer_lacks():
    reason = missing("sse")
    if reason:
        pytest.skip(reason)
    result = versus("sse", *FEW, "-t", "long_poll")
    assert result.returncode == 1 and "no long_poll" in result.stdout


@pytest.mark.parametrize("arguments", [(), ("pigeon",), ("sse", "--nosuch"), ("sse", "-n", "0")])
def test_wrong_usage(arguments):
    result = versus(*arguments)
    assert result.returncode == 2 and result.stderr


def test_help_names_the_peers():
    text = versus("--help").stdout
    assert all(peer in text for peer in TRANSPORTS)
    assert "versus ws" in versus("ws", "--help").stdout


def test_what_is_missing_is_named(tmp_path):
    assert "--peers" in versus("ws", "--peers", str(tmp_path)).stderr
    shutil.copy(PEERS / "ws.mjs", tmp_path)
    result = versus("ws", "--peers", str(tmp_path))
    assert result.returncode == 1 and "npm ci" in result.stderr
    assert len(result.stderr.splitlines()) == 1
