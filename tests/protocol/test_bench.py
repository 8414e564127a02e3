# SPDX-License-Identifier: MIT
"""The bench's commands, small: that their checks hold, that they notice, and what they print."""
import json
import xml.dom.minidom

import pytest

from lib.bench import bench, figures
from lib.server import SANITIZED, Server

POLLS = ("short_poll", "long_poll")
once = pytest.mark.skipif(SANITIZED, reason="the other cases run the same code")


def assert_all_arrived(row):
    assert row["lost"] == row["duplicates"] == row["reordered"] == row["strange"] == 0


# ---- the program ----

def test_help():
    text = bench("--help").stdout
    for command in ("idle", "fanout", "scale", "churn"):
        assert command in text
        own = bench(command, "--help").stdout
        assert "--transport" in own and "--json" in own
        assert max(map(len, own.splitlines())) <= 110


@pytest.mark.parametrize("arguments", [
    ("nosuch",), ("idle", "--nosuch"), ("idle", "-n", "x"), ("idle", "-n", "0"),
    ("idle", "superfluous"), ("idle", "--transport", "pigeon"), (),
    ("idle", "--json=no/such/folder/file"),
    ("scale", "-n", "10,"), ("scale", "-n", "10,x"), ("scale", "--workers", "1;2"),
    ("scale", "-n", ",".join(["1"] * 17)), ("scale", "--server", "http://127.0.0.1:1/"),
    ("fanout", "--stalled", "1", "--server", "http://127.0.0.1:1/")])
def test_wrong_usage(arguments):
    assert bench(*arguments, status=2).stderr


def test_no_such_server():
    assert "--pushlab" in bench("idle", "--pushlab", "/nonexistent", status=1).stderr


def test_more_than_files_allow():
    result = bench("idle", "-n", "9000000", "--transport", "sse", status=1)
    assert "ulimit" in result.stderr


# ---- idle ----

@pytest.mark.parametrize("storm", [[], pytest.param(["--storm"], marks=once)],
                         ids=["one by one", "storm"])
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

@pytest.mark.parametrize("publishers", [pytest.param("1", marks=once), "8"])
def test_fanout(publishers):
    found = figures("fanout", "-n", "50", "-m", "40", "--transport", "all", "--publishers",
                    publishers, "--stretches", "2", "--interval", "20")
    assert found["held"]
    assert [row["server"] for row in found["rows"]].count("bare send") == 3
    for row in found["rows"]:
        assert row["deliveries"] == 50 * 40
        assert_all_arrived(row)
        assert 0 < row["cpu_min_us"] <= row["cpu_us"] <= row["cpu_max_us"]
        assert row["wire_bytes"] >= row["received_bytes"] >= 64
        if not row["client_was_bottleneck"]:
            assert 0 < row["p50_us"] <= row["p99_us"] <= row["max_us"]


@once
def test_fanout_by_schedule():
    found = figures("fanout", "-n", "10", "-m", "20", "--stretches", "1", "--rate", "100")
    for row in found["rows"]:
        assert row["client_was_bottleneck"] or row["deliveries_per_s"] < 1100


@once
def test_fanout_shows_one_at_a_time_and_many_at_once():
    found = figures("fanout", "-n", "10", "-m", "4", "--stretches", "2", "--flush", "send",
                    "--workers", "2")
    assert found["flush"] == "send"
    assert [row["load"] for row in found["rows"]] == [
        "1 x 1", "1 x 1", "1 x 8", "1 x 8", "32 x 1", "32 x 1"]
    for row in found["rows"]:
        assert_all_arrived(row)
        assert row["deliveries"] == 10 * (4 if row["publishers"] == 1 else 2 * 64)
        if row["server"] == "pushlab":
            assert row["ratio_min"] <= row["ratio"] <= row["ratio_max"]


def test_fanout_beside_stalled_readers():
    found = figures("fanout", "-n", "10", "-m", "20", "--stretches", "2", "--rate", "200",
                    "--stalled", "5", "--transport", "all")
    assert found["held"]
    assert [row["server"] for row in found["rows"]] == 2 * ["pushlab", "5 stalled", "bare send"]
    assert [row.get("stalled") for row in found["rows"]] == 2 * [0, 5, None]
    for row in found["rows"]:
        assert row["deliveries"] == 10 * 20
        assert_all_arrived(row)
        assert row["server"] == "bare send" or row["anon_bytes"] > 0


# ---- scale ----

def test_scale(tmp_path):
    drawing = tmp_path / "scale.svg"
    found = figures("scale", "-n", "5", "--workers", "1,2", "--stretches", "1", "--plot",
                    str(drawing))
    assert found["held"] and len(found["rows"]) == 4 * 2 + 3
    for row in found["rows"]:
        assert_all_arrived(row)
        assert row["turns"] and row["cpu_us"] > 0
        if row["server"] != "bare send":
            assert row["server"].startswith(f"pushlab, {row['workers']} worker")
            assert row["least_percent"] <= 100 / row["workers"] <= row["most_percent"]
            assert row["user_bytes"] is None  # divided by too few
    svg = drawing.read_text()
    assert xml.dom.minidom.parseString(svg).documentElement.tagName == "svg"
    for label in ("short_poll, pushlab, 1 worker", "sse, pushlab, 2 workers",
                  "websocket, bare send"):
        assert f">{label}<" in svg


@once
def test_scale_beyond_open_files():
    found = figures("scale", "-n", "5,40,400", "--transport", "sse", "--stretches", "1",
                    files=160)
    assert found["held"]
    assert [(row["subscribers"], row["turns"]) for row in found["rows"]] == (
        3 * [(5, True)] + 3 * [(40, False)])
    assert any("400 is left out" in note for note in found["notes"])
    assert any("one after the other" in note for note in found["notes"])
    assert all(row["ratio"] > 0 for row in found["rows"] if row["server"] != "bare send")


@pytest.mark.skipif(SANITIZED, reason="a sanitizer's memory is not the server's")
def test_scale_tells_memory():
    found = figures("scale", "-n", "1000", "--transport", "websocket", "--stretches", "1",
                    "--workers", "1")
    assert 0 < found["rows"][0]["user_bytes"] < 5000
    assert any(note.startswith("Derived, not measured") for note in found["notes"])


def test_scale_says_where_it_cannot_draw():
    result = bench("scale", "-n", "2", "--transport", "sse", "--stretches", "1", "--workers",
                   "1", "--plot", "/nonexistent/x.svg", status=1)
    assert "--plot" in result.stderr


# ---- churn ----

def test_churn():
    found = figures("churn", "-n", "400", "--seed", "3")
    assert found["held"] and found["published"] > 0
    assert sum(row["lives"] for row in found["rows"]) == found["lives"] == 800  # with a warm-up
    assert found["after"]["connections"] == found["before"]["connections"]
    assert found["after"]["subscribers"] == 0
    for row in found["rows"]:
        assert row["stuck"] == row["refused"] == 0


@once
def test_churn_notices_a_server_that_turns_clients_away():
    with Server("--feed", "none", "--max-connections", "8", quiet=False) as server:
        bench("churn", "-n", "100", "--server", f"http://{server.authority}/", "--pid",
              str(server.process.pid), status=1)
