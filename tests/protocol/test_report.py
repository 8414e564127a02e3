# SPDX-License-Identifier: MIT
"""The report: what compare writes, and what is made again of its JSON. The page in a browser is
looked at by tests/browser/cases/report.mjs."""
import csv
import html
import json
import pathlib

import pytest

from lib.bench import bench
from lib.server import SANITIZED

ROOT = pathlib.Path(__file__).parents[2]
SAMPLE = ROOT / "bench" / "sample" / "report.json"
MATRIX = ROOT / "web" / "compat" / "matrix.json"
TINY = ("--clients", "5", "--duration", "1", "--heartbeat", "1", "--interval", "100", "--rate",
        "10")


@pytest.mark.skipif(SANITIZED, reason="a run adds nothing to the page of the sample's")
def test_compare_writes_a_report(tmp_path):
    page, data, table = (tmp_path / f"a.{ending}" for ending in ("html", "json", "csv"))
    result = bench("compare", *TINY, "--report", str(page))
    assert str(page) in result.stderr
    assert "server CPU" in result.stdout

    found = json.loads(data.read_text())
    assert found["held"] and found["machine"]["processors"] >= 1
    assert found["command_line"].startswith("pushbench compare --clients 5 ")
    shares = found["delay_shares"]
    assert shares == sorted(shares) and shares[-1] == 1
    for lane in found["transports"]:
        told = [delay for delay in lane["delay_ms"] if delay is not None]
        assert told == sorted(told) and len(lane["delay_ms"]) == len(shares)

    with table.open(newline="") as lines:
        cells = list(csv.DictReader(lines))
    assert {cell["transport"] for cell in cells} == {lane["name"] for lane in found["transports"]}
    assert all(float(cell["least"]) <= float(cell["median"]) <= float(cell["most"])
               for cell in cells if cell["median"])

    again = tmp_path / "b.html"
    bench("report", str(data), "-o", str(again))
    assert again.read_bytes() == page.read_bytes()


def test_a_report_of_the_sample(tmp_path):
    copy = tmp_path / "run.json"
    copy.write_bytes(SAMPLE.read_bytes())
    bench("report", str(copy))
    text = (tmp_path / "run.html").read_text()
    assert text.startswith("<!DOCTYPE html>")
    assert text == bench("report", str(SAMPLE), "--output", "-").stdout
    found = json.loads(text.split('id="document">')[1].split("</script>")[0])
    assert found == json.loads(SAMPLE.read_text())


def test_the_sample_is_as_it_would_be_made():
    """After a change to the page: pushbench report bench/sample/report.json"""
    made = bench("report", str(SAMPLE), "-o", "-").stdout
    assert SAMPLE.with_suffix(".html").read_text() == made
    assert len(made.encode()) < 300_000


def test_a_report_of_a_matrix():
    text = bench("report", str(MATRIX), "-o", "-").stdout
    run = json.loads(MATRIX.read_text())
    for row in run["rows"]:
        for language in ("en", "zh"):
            assert html.escape(row["title"][language]) in text
    assert "<b lang=\"en\">Cure: </b>" in text
    assert "Internet Explorer" in text and "@mdn/browser-compat-data" in text
    assert json.loads(text.split('id="document">')[1].split("</script>")[0]) == run


def test_what_cannot_be_reported(tmp_path):
    assert "which file?" in bench("report", status=2).stderr
    assert "No such file" in bench("report", str(tmp_path / "none.json"), status=1).stderr
    other = tmp_path / "other.json"
    other.write_text("{ not JSON")
    assert "not JSON" in bench("report", str(other), status=1).stderr
    other.write_text('{"command": "idle", "rows": []}')
    assert "no figures" in bench("report", str(other), status=1).stderr
    missing = tmp_path / "missing" / "page.html"
    assert str(missing) in bench("report", str(SAMPLE), "-o", str(missing), status=1).stderr


@pytest.mark.parametrize("wrong", [
    ("--report", "missing/page.html"), ("--report", "a.html", "a.json", "b.json")])
def test_wrong_usage(wrong):
    assert "pushbench" in bench("compare", *wrong, status=2).stderr
