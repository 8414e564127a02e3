# SPDX-License-Identifier: MIT
"""pushbench map: a tiny map, going on with one, and what an interruption leaves. What is cheapest
on a busy machine is not judged."""
import csv
import json
import pathlib
import signal
import subprocess
import xml.dom.minidom

import pytest

from lib.bench import BENCH, PATIENCE_S, bench
from lib.server import BINARY, SANITIZED

pytestmark = pytest.mark.skipif(SANITIZED, reason="long, and nothing in it that compare has not")

LANES = ("short_poll_close", "short_poll", "long_poll", "sse", "websocket")
TINY = ("--from", "0.5", "--to", "12", "--duration", "1", "--repeats", "3", "--interval", "200",
        "--heartbeat", "1", "--grid", "1", "--refine", "1")


@pytest.fixture(scope="module", name="tiny")
def run_tiny(tmp_path_factory):
    """A map of five clients: its folder, with map.json, .svg and .csv; and what was printed."""
    folder = tmp_path_factory.mktemp("map")
    result = bench("map", "-n", "5", *TINY, f"--json={folder / 'map.json'}", "--svg",
                   str(folder / "map.svg"), "--csv", str(folder / "map.csv"), "--language", "zh")
    return folder, result.stdout


def points_of(found, clients):
    return [point for point in found["points"] if point["clients"] == clients]


def assert_sound(found, clients):
    points = points_of(found, clients)
    rates = [point["rate"] for point in points]
    assert rates == sorted(rates) and rates[0] == 0.5
    assert len(points) >= 2
    assert any(point["composed"] for point in points)
    for point in points:
        assert tuple(point["transports"]) == LANES
        assert point["composed"] == (point["rate"] < 1)
        for figures in point["transports"].values():
            low, high = figures["ranges"]["wire_bytes"]
            assert 0 < low <= figures["wire_bytes"] <= high
            assert figures["payload_bytes"] == pytest.approx(100)
            assert figures["model"]["requests"] == pytest.approx(
                figures["requests"] / figures["residual"]["requests"]
                if figures["requests"] else 0)
        polls = point["transports"]["short_poll"]
        assert polls["model"]["requests"] == pytest.approx(5 / point["rate"])
        assert set(point["cheapest"]["wire"]) <= set(LANES)


def test_a_tiny_map(tiny):
    folder, printed = tiny
    found = json.loads((folder / "map.json").read_text())
    assert found["held"] and not found["interrupted"]
    assert [series["complete"] for series in found["series"]] == [True]
    assert_sound(found, 5)
    # An idle second of a short poll is its polls, and a poll's bytes are the same each time.
    idle = found["series"][0]["idle"]
    assert 0 < idle["short_poll"]["requests"] <= 6
    assert idle["sse"]["requests"] == 0
    assert "server CPU" in printed and "Measured by model" in printed
    drawing = xml.dom.minidom.parse(str(folder / "map.svg")).documentElement
    assert drawing.tagName == "svg" and "长轮询" in drawing.toxml()


def test_the_same_for_spreadsheets(tiny):
    """A line for each point and transport, with the figures of the JSON."""
    found = json.loads((tiny[0] / "map.json").read_text())
    with (tiny[0] / "map.csv").open(newline="") as lines:
        cells = list(csv.DictReader(lines))
    assert len(cells) == len(found["points"]) * len(LANES)
    for index, cell in enumerate(cells):
        point = found["points"][index // len(LANES)]
        figures = point["transports"][cell["transport"]]
        assert float(cell["rate"]) == pytest.approx(point["rate"])
        assert float(cell["wire_bytes"]) == pytest.approx(figures["wire_bytes"])
        assert float(cell["wire_bytes_least"]) <= float(cell["wire_bytes_most"])
        assert cell["cheapest_wire"] == str(int(cell["transport"] in point["cheapest"]["wire"]))


def test_going_on_with_a_map(tiny, tmp_path):
    """One more number of clients is measured; what was there stays as it was."""
    before = json.loads((tiny[0] / "map.json").read_text())
    before["settings"]["clients"] = [5, 8]
    path = tmp_path / "more.json"
    path.write_text(json.dumps(before))
    bench("map", "--resume", str(path))
    after = json.loads(path.read_text())
    assert after["held"] and after["settings"] == before["settings"]
    assert [series["complete"] for series in after["series"]] == [True, True]
    assert_sound(after, 8)
    kept = [("rate", "composed"), ("cpu_us", "wire_bytes", "delay_mean_ms", "repeats")]
    for one, other in zip(points_of(before, 5), points_of(after, 5), strict=True):
        assert all(one[key] == other[key] for key in kept[0])
        for lane in LANES:
            assert all(one["transports"][lane][key] == other["transports"][lane][key]
                       for key in kept[1])


def test_an_interruption_keeps_what_there_is(tmp_path):
    path = tmp_path / "cut.json"
    process = subprocess.Popen(
        [str(BENCH), "map", "-n", "5", *TINY, f"--json={path}", "--pushlab", str(BINARY)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        process.kill()
        process.communicate()
        pytest.skip("this kernel does not list children")
    while process.poll() is None and not children.read_text():
        pass
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, errors
    found = json.loads(path.read_text())
    assert found["interrupted"] and not found["series"][0]["complete"]
    assert any("--resume" in note for note in found["notes"])


@pytest.mark.parametrize("wrong", [
    ("--feed", "daily"), ("--headers", "none"), ("--from", "0"), ("--from", "2", "--to", "1"),
    ("--to", "0.1"), ("--interval", "50", "--rtt", "60"), ("--language", "fr"), ("-n", "0"),
    ("--resume", "/nonexistent"), ("--resume", "/dev/null"), ("--csv", "/nonexistent/map.csv"),
    ("--svg", "/nonexistent/map.svg")])
def test_wrong_usage(wrong):
    assert bench("map", *wrong, status=2).stderr
