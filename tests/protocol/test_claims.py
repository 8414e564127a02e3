# SPDX-License-Identifier: MIT
"""pushbench claims: the cheap ones, for what is counted in them. Nothing that is timed is judged."""
import json
import os
import signal
import subprocess

import pytest

from lib.bench import BENCH, PATIENCE_S, bench, figures
from lib.server import BINARY, SANITIZED

MEASURED = [2, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 21, 22]
VERDICTS = {"holds", "only_when", "does_not_hold"}


def found(finding, key, of=None):
    """The values of a figure, in the order of its places."""
    return [figure["value"] for figure in finding["figures"]
            if figure["key"] == key and figure.get("of") == of]


def assert_whole(finding):
    """What a page needs of each finding, in both languages."""
    assert finding["verdict"] in VERDICTS
    assert "broken" not in finding
    for part in ("sentence", "regime", "verdict_text", "verdict_kind"):
        assert finding[part]["en"] and finding[part]["zh"]
        assert finding[part]["en"].isascii() and not finding[part]["zh"].isascii()
        assert not {"#", "*"} & set(finding[part]["en"] + finding[part]["zh"])
    for figure in finding["figures"]:
        assert figure["key"] and figure["label"]["en"] and figure["label"]["zh"]


@pytest.fixture(scope="module", name="cheap")
def run_cheap():
    result = figures("claims", "--quick", "--only", "22,21,16")
    assert result["held"] and not result["cut_short"] and result["quick"]
    assert [row["id"] for row in result["rows"]] == [16, 21, 22]
    for row in result["rows"]:
        assert_whole(row)
    return {row["id"]: row for row in result["rows"]}


def test_speaking_back_takes_a_connection(cheap):
    assert found(cheap[16], "connections", "SSE and POST") == [2]
    assert found(cheap[16], "connections", "websocket") == [1]
    assert cheap[16]["verdict"] == "holds"


def test_a_cursor_loses_nothing(cheap):
    assert found(cheap[21], "lost", "websocket, cursor") == [0]
    assert found(cheap[21], "lost", "sse, cursor") == [0]
    assert cheap[21]["verdict"] in ("only_when", "holds")  # a slow machine may cut too late


def test_lines_are_counted(cheap):
    for transport in ("short_poll", "long_poll", "sse", "websocket"):
        assert found(cheap[22], "server_lines", transport)[0] > 10
        assert found(cheap[22], "client_lines", transport)[0] > 10


@pytest.mark.skipif(SANITIZED, reason="many servers at once, each slow then")
def test_connections_and_requests():
    [finding] = figures("claims", "--quick", "--only", "2")["rows"]
    assert_whole(finding)
    for transport in ("sse", "websocket"):
        assert found(finding, "opens", transport) == found(finding, "requests", transport) == [1]
    [closing], [kept] = (found(finding, "opens", name) for name in (
        "short_poll_close", "short_poll"))
    assert closing > 1 and kept == 1
    assert finding["verdict"] == "holds"


@pytest.mark.parametrize("lang, sentence, verdict", [
    ("en", "WebSocket makes", "=> holds only when"), ("zh", "数据交换", "=> 仅当")])
def test_text(lang, sentence, verdict, tmp_path):
    report = tmp_path / "claims.json"
    text = bench("claims", "--only", "22", "--lang", lang, f"--json={report}").stdout
    assert sentence in text and verdict in text
    assert [row["id"] for row in json.loads(report.read_text())["rows"]] == [22]


def test_interrupted():
    """What was measured is kept: 16, whose text says when it is done; 18 would take long."""
    with subprocess.Popen(
            [str(BENCH), "claims", "--quick", "--only", "16,18,22", "--lang", "en"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PUSHLAB": str(BINARY)}) as process:
        begun = ""
        while "=> holds" not in begun:
            line = process.stdout.readline()
            assert line
            begun += line
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert "1 of 3 claims" in rest


@pytest.mark.parametrize("wrong", [
    ("--only", "1"), ("--only", "8,8"), ("--only", "23"), ("--lang", "fr"), ("8",)])
def test_wrong_usage(wrong):
    assert bench("claims", *wrong, status=2).stderr


def test_help_names_all():
    assert "--only" in bench("claims", "--help").stdout
    complaint = bench("claims", "--only", "1", status=2).stderr
    assert [int(word) for word in complaint.split(":")[-1].split()] == MEASURED


def test_no_server():
    result = bench("claims", "--quick", "--only", "16", "--pushlab", "/nonexistent", status=1)
    assert "--pushlab" in result.stderr and "could not be measured" in result.stdout
