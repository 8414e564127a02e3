# SPDX-License-Identifier: MIT
"""pushbench advise: its choice by a map whose costs are made up, so that it is known; what is
fetched once; and a check that cannot hold. Nothing that is timed is judged."""
import json

import pytest

from lib.bench import bench, figures
from lib.server import SANITIZED

SHORT_POLL_CLOSE, SHORT_POLL, LONG_POLL, SSE, WEBSOCKET = LANES = (
    "short_poll_close", "short_poll", "long_poll", "sse", "websocket")
STREAMS = (SSE, WEBSOCKET)
INTERVAL_S, PAYLOAD = 1, 100
# What a request costs, and a message on a stream.
REQUEST_US = {SHORT_POLL_CLOSE: 100, SHORT_POLL: 50, LONG_POLL: 50, SSE: 0, WEBSOCKET: 0}
WRITE_US = {SSE: 10, WEBSOCKET: 10}
FRAMING = {SSE: 40, WEBSOCKET: 2}


def cost_of(lane, rate):
    """All for each message."""
    requests = {LONG_POLL: 1, SSE: 0, WEBSOCKET: 0}.get(lane, 1 / (rate * INTERVAL_S))
    segments = 3 * requests + (2 if lane in STREAMS else 0)
    sizes = {"header_bytes": 700 * requests, "framing_bytes": FRAMING.get(lane, 80),
             "payload_bytes": PAYLOAD}
    whole = sum(sizes.values())
    delay_ms = INTERVAL_S * 500 if lane in LANES[:2] else 0.2
    return {**sizes, "requests": requests, "bytes": whole, "up_bytes": 500 * requests,
            "down_bytes": whole - 500 * requests, "segments": segments,
            "wire_bytes": whole + 52 * segments, "delay_mean_ms": delay_ms,
            "cpu_us": REQUEST_US[lane] * requests + WRITE_US.get(lane, 0)}


def map_of(points, coalesce_ms=0):
    counts = (10, 100)
    settings = {
        "feed": "poisson", "headers": "browser", "flush": "send", "rate_least": 0.5,
        "rate_most": 50, "clients": counts, "payload_bytes": PAYLOAD,
        "interval_ms": INTERVAL_S * 1000, "duration_s": 1, "repeats": 3, "heartbeat_s": 15,
        "coalesce_ms": coalesce_ms, "rtt_ms": 0, "jitter_ms": 0, "max_delay_ms": 1000, "per_decade": 1,
        "refine": 1, "seed": 1}
    memory = {lane: {"user_bytes": 300, "kernel_bytes": 5000} for lane in LANES}
    return {"command": "map", "settings": settings, "points": points,
            "series": [{"clients": count, "complete": True, "memory": memory}
                       for count in counts]}


@pytest.fixture(scope="module", name="map_file")
def write_map(tmp_path_factory):
    path = tmp_path_factory.mktemp("advise") / "map.json"
    path.write_text(json.dumps(map_of([
        {"rate": rate, "clients": count, "composed": False, "client_cpu_percent": 5,
         "transports": {lane: cost_of(lane, rate) for lane in LANES}}
        for count in (10, 100) for rate in (0.5, 5, 50)])))
    return str(path)


def advise(map_file, *arguments):
    found = figures("advise", "--map", map_file, *arguments)
    assert found["held"] and len(found["rows"]) == len(LANES)
    return found


def by_name(found):
    return {row["transport"]: row for row in found["rows"]}


def test_a_map_that_is_none_gives_no_table(tmp_path):
    path = tmp_path / "map.json"
    path.write_text("{}")
    result = bench("advise", "--map", path, "--rate", "1", status=1)
    assert "not the JSON of a map" in result.stderr
    assert "nothing to advise by" in result.stdout and "transport  " not in result.stdout


def test_figures_are_those_of_the_map(map_file):
    """At a point that is not among the map's."""
    found = advise(map_file, "--rate", "12", "--clients", "40", "--interval", "1000",
                   "--max-delay", "2000")
    for lane, row in by_name(found).items():
        wanted = cost_of(lane, 12)
        for key in ("requests", "bytes", "up_bytes", "wire_bytes", "cpu_us", "delay_mean_ms"):
            assert row[key] == pytest.approx(wanted[key], rel=0.05), (lane, key)
        assert row["user_memory_bytes"] == pytest.approx(300)
        assert row["memory_mib"] == pytest.approx(5300 * 40 / 2**20)
        assert row["cpu_percent"] == pytest.approx(wanted["cpu_us"] * 12 * 40 / 1e4, rel=0.05)


def test_sparse_messages_go_by_a_stream(map_file):
    found = advise(map_file, "--rate", "0.5")
    # Level in CPU, and WebSocket has fewer bytes.
    assert [row["transport"] for row in found["rows"][:2]] == [WEBSOCKET, SSE]
    assert found["reason"]["en"].startswith("Take websocket: messages are sparse")
    assert found["reason"]["zh"].startswith("选用WebSocket：")
    assert "coalesce" not in found
    assert found["interval_ms"] == 1000  # the longest that the delay allows
    assert found["check_command"] == (
        "pushbench compare --rate 0.5 --clients 100 --payload 100 --interval 1000 --rtt 0 "
        "--heartbeat 15 --duration 40")


def test_dense_messages_go_by_polls(map_file):
    found = advise(map_file, "--rate", "30", "--max-delay", "1000")
    assert found["rows"][0]["transport"] == SHORT_POLL
    assert "30 messages at once" in found["reason"]["en"]
    # All messages of this map were written at once: what a write costs is not known apart.
    assert "coalesce" not in found
    assert any("leave out --map" in note for note in found["notes"])


def test_servers_that_gather_give_push_its_place_back(tmp_path):
    """By a map whose servers gathered, so that writes and messages are told apart."""
    window_s, lines = 0.1, []
    for rate in (0.5, 5, 50):
        written = 1 / (1 + rate * window_s)  # writes a message
        for clients in (10, 100):
            lanes = {lane: cost_of(lane, rate) for lane in LANES}
            for lane in STREAMS:
                lanes[lane]["cpu_us"] = WRITE_US[lane] * written + 0.5
            lines.append({"rate": rate, "clients": clients, "composed": False,
                          "client_cpu_percent": 5, "transports": lanes})
    path = tmp_path / "gathering.json"
    path.write_text(json.dumps(map_of(lines, coalesce_ms=window_s * 1000)))
    found = advise(str(path), "--rate", "30", "--max-delay", "900")
    assert found["rows"][0]["transport"] == SHORT_POLL
    gathering = found["coalesce"]
    assert gathering["transport"] in STREAMS and 800 <= gathering["window_ms"] <= 900
    assert gathering["cpu_us"] < found["rows"][0]["cpu_us"]
    assert gathering["delay_worst_ms"] <= 900
    assert "--coalesce" in gathering["reason"]["en"] and "--coalesce" in gathering["reason"]["zh"]
    assert gathering["check_command"].endswith(f"--coalesce {gathering['window_ms']:.0f}")


def test_who_is_left_out_and_why(map_file):
    soon = by_name(advise(map_file, "--rate", "30", "--max-delay", "30", "--rtt", "50"))
    for lane in LANES[:3]:
        assert soon[lane]["standing"] == "excluded" and "too late" in soon[lane]["remark"]["en"]
        assert "太晚" in soon[lane]["remark"]["zh"]
        assert soon[lane]["place"] is None
    both = by_name(advise(map_file, "--rate", "1", "--direction", "both"))
    assert "second connection" in both[SSE]["remark"]["en"]
    assert both[WEBSOCKET]["place"] == 1
    proxy = by_name(advise(map_file, "--rate", "1", "--path", "proxy"))
    assert proxy[WEBSOCKET]["standing"] == "doubtful" and "Upgrade" in proxy[WEBSOCKET]["remark"]["en"]
    assert proxy[SSE]["place"] == 1


def test_what_is_beyond_the_map_is_said(map_file):
    found = advise(map_file, "--rate", "1", "--clients", "5000", "--payload", "4000")
    beyond = [note for note in found["notes"] if "beyond what the costs were taken from" in note]
    assert [note.split(":")[0] for note in beyond] == ["Clients", "Payload"]


def test_a_map_that_is_none(map_file, tmp_path):
    for text in ("", "{}", '{"command": "map"}', open(map_file, encoding="utf-8").read()[:-9]):
        path = tmp_path / "none.json"
        path.write_text(text)
        said = bench("advise", "--rate", "1", "--map", str(path), status=1).stderr
        assert "this is not JSON" in said or "not the JSON of a map" in said
    missing = bench("advise", "--rate", "1", "--map", str(tmp_path / "missing"), status=1)
    assert "No such file" in missing.stderr


def test_what_is_wanted_once():
    found = figures("advise", "--history", "50", "--payload", "200")
    assert found["held"] and found["history"] == 50
    rows = by_name(found)
    assert set(rows) == {SHORT_POLL_CLOSE, LONG_POLL, SSE, WEBSOCKET}
    for row in rows.values():
        assert row["wire_bytes"] > row["bytes"] > 50 * 200
        assert row["segments"] >= 5 and row["cpu_us"] > 0
    assert any("plain HTTP" in note for note in found["notes"])


@pytest.mark.skipif(SANITIZED, reason="a quarter of a minute in the plain build")
def test_a_check_that_cannot_hold(map_file):
    """Made-up heads are none of this server's; what theory alone says is true all the same."""
    found = json.loads(bench("advise", "--map", map_file, "--check=1", "--json",
                             status=1).stdout)
    assert not found["held"] and len(found["rows"]) == len(LANES)
    for lane, row in by_name(found).items():
        assert row["payload_bytes_each"] == pytest.approx(row["payload_bytes"], rel=0.5)
        assert row["wire_bytes"] > row["bytes"] > row["payload_bytes_each"]
        assert (row["requests"] == 0) == (lane in STREAMS)
    assert any(note.startswith("Bytes: ") for note in found["notes"])


@pytest.mark.parametrize("wrong", [
    (), ("--rate", "0"), ("--rate", "1", "--direction", "up"), ("--rate", "1", "--path", "vpn"),
    ("--check=0",), ("--check=many",), ("--check=41",), ("--once", "--payload", "3"),
    ("--rate", "1", "--interval", "50", "--rtt", "60")])
def test_wrong_usage(wrong):
    assert bench("advise", *wrong, status=2).stderr
