# SPDX-License-Identifier: MIT
"""The bench's commands, small: that their checks hold, that they notice, and what they print."""
import json
import os
import pathlib
import subprocess

import pytest

from lib.server import BINARY, SANITIZED, Server

BENCH = pathlib.Path(os.environ.get(
    "PUSHBENCH", BINARY.parent.parent / "bench" / "pushbench")).resolve()
PATIENCE_S = 120
POLLS = ("short_poll", "long_poll")


def bench(*arguments, status=0):
    """Runs a command; its result."""
    result = subprocess.run(
        [str(BENCH), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=PATIENCE_S, check=False, env={**os.environ, "PUSHLAB": str(BINARY)})
    assert result.returncode == status, result.stderr + result.stdout
    return result


def figures(*arguments, status=0):
    """The same, as JSON."""
    return json.loads(bench(*arguments, "--json", status=status).stdout)


# ---- the program ----

def test_help():
    text = bench("--help").stdout
    for command in ("idle", "fanout", "churn"):
        assert command in text
        own = bench(command, "--help").stdout
        assert "--transport" in own and "--json" in own
        assert max(map(len, own.splitlines())) <= 110


@pytest.mark.parametrize("arguments", [
    ("nosuch",), ("idle", "--nosuch"), ("idle", "-n", "x"), ("idle", "-n", "0"),
    ("idle", "superfluous"), ("idle", "--transport", "pigeon"), ()])
def test_wrong_usage(arguments):
    assert bench(*arguments, status=2).stderr


def test_no_such_server():
    assert "--pushlab" in bench("idle", "--pushlab", "/nonexistent", status=1).stderr


def test_more_than_files_allow():
    result = bench("idle", "-n", "9000000", "--transport", "sse", status=1)
    assert "ulimit" in result.stderr


# ---- idle ----

@pytest.mark.parametrize("storm", [[], ["--storm"]], ids=["one by one", "storm"])
def test_idle(storm):
    found = figures("idle", "-n", "200", *storm)
    assert found["held"] and len(found["rows"]) == 5
    for row in found["rows"]:
        assert row["delivered"] == row["subscribers"] == 200
        assert row["subscribed"] == (0 if row["transport"] == "short_poll" else 200)


@pytest.mark.skipif(SANITIZED, reason="a sanitizer's memory is not the server's")
def test_idle_bound():
    assert figures("idle", "-n", "200", "--transport", "sse", "--max-bytes", "100000")["held"]
    found = figures("idle", "-n", "200", "--transport", "sse", "--max-bytes", "1", status=1)
    assert not found["held"] and "--max-bytes" in found["notes"][-1]


def test_idle_against_a_running_server(tmp_path):
    with Server("--feed", "none") as server:
        report = tmp_path / "idle.json"
        table = bench("idle", "-n", "20", "--transport", "websocket", f"--json={report}",
                      "--server", f"http://{server.authority}/", "--pid",
                      str(server.process.pid)).stdout
        assert "websocket" in table
        assert json.loads(report.read_text())["rows"][0]["delivered"] == 20


# ---- fanout ----

@pytest.mark.parametrize("publishers", ["1", "8"])
def test_fanout(publishers):
    found = figures("fanout", "-n", "50", "-m", "40", "--transport", "all", "--publishers",
                    publishers, "--stretches", "2", "--interval", "20")
    assert found["held"]
    assert [row["server"] for row in found["rows"]].count("bare send") == 3
    for row in found["rows"]:
        assert row["deliveries"] == 50 * 40
        assert row["lost"] == row["duplicates"] == row["reordered"] == row["strange"] == 0
        assert row["cpu_us"] > 0
        if not row["client_was_bottleneck"]:
            assert 0 < row["p50_us"] <= row["p99_us"] <= row["max_us"]


def test_fanout_by_schedule():
    found = figures("fanout", "-n", "10", "-m", "20", "--stretches", "1", "--rate", "100")
    for row in found["rows"]:
        assert row["client_was_bottleneck"] or row["deliveries_per_s"] < 1100


# ---- churn ----

def test_churn():
    found = figures("churn", "-n", "400", "--seed", "3")
    assert found["held"] and found["published"] > 0
    assert sum(row["lives"] for row in found["rows"]) == found["lives"] == 800  # with a warm-up
    assert found["after"]["connections"] == found["before"]["connections"]
    assert found["after"]["subscribers"] == 0
    for row in found["rows"]:
        assert row["stuck"] == row["refused"] == 0


def test_churn_notices_a_server_that_turns_clients_away():
    with Server("--feed", "none", "--max-connections", "8", quiet=False) as server:
        bench("churn", "-n", "100", "--server", f"http://{server.authority}/", "--pid",
              str(server.process.pid), status=1)
