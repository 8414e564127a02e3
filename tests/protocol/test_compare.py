# SPDX-License-Identifier: MIT
"""pushbench compare: what is counted agrees with the model. Nothing that is timed is judged, but
for bounds that no busy machine can break."""
import copy
import json
import os
import re
import shutil
import signal
import subprocess

import pytest

from lib.bench import BENCH, PATIENCE_S, bench, figures
from lib.server import BINARY, NDJSON_MODULE, SANITIZED

LANES = ("short_poll_close", "short_poll", "long_poll", "sse", "websocket")
SHORT = ("--clients", "20", "--duration", "2", "--repeats", "3", "--heartbeat", "1",
         "--interval", "500")
once = pytest.mark.skipif(SANITIZED, reason="the same code is run by the other cases")


def rows(found, of="measured"):
    return {row["metric"]: row for row in found["rows"] if row["of"] == of}


def near(got, wanted, share):
    return abs(got - wanted) <= share * wanted


def assert_sound(found, lanes=LANES):
    assert found["held"]
    assert tuple(lane["name"] for lane in found["transports"]) == lanes
    for lane in found["transports"]:
        assert lane["lost"] == lane["duplicates"] == lane["reordered"] == lane["strange"] == 0
        assert lane["delivered"] == 20 * lane["published"] > 0
        assert all(len(values) in (1, found["repeats"]) for values in lane["repeats"].values())


@pytest.fixture(scope="module", name="sparse")
def run_sparse():
    """A message a poll, by chance."""
    return figures("compare", "--rate", "2", *SHORT)


def test_counts_agree_with_the_model(sparse):
    assert_sound(sparse)
    found, model = rows(sparse), rows(sparse, "model")
    for name in LANES[:2]:
        assert model["requests"][name] == pytest.approx(1)
        assert near(found["requests"][name], 1, 0.4)
        # Of twelve messages' gaps, cut at the repeats' ends.
        assert model["useless_percent"][name] == pytest.approx(36.8, abs=0.1)
        assert 10 < found["useless_percent"][name] < 65
        assert near(found["bytes"][name], model["bytes"][name], 0.4)
    for name in LANES[3:]:
        assert found["requests"][name] == found["useless_percent"][name] == 0
        assert near(found["bytes"][name], model["bytes"][name], 0.1)
    assert 0.7 < found["requests"]["long_poll"] < 1.5


def test_parts_add_up(sparse):
    found = rows(sparse)
    for name in LANES:
        assert found["payload_bytes"][name] == pytest.approx(100)
        assert found["wire_bytes"][name] > found["bytes"][name]
    for lane in sparse["transports"]:
        parts = lane["repeats"]
        for repeat, whole in enumerate(parts["bytes"]):
            assert whole == pytest.approx(sum(parts[part][repeat] for part in (
                "header_bytes", "framing_bytes", "payload_bytes")))
            assert whole == pytest.approx(parts["up_bytes"][repeat] + parts["down_bytes"][repeat])
            assert min(parts["header_bytes"][repeat], parts["framing_bytes"][repeat]) >= 0
    assert found["opens_per_minute"]["short_poll_close"] > 60
    assert all(found["opens_per_minute"][name] == 0 for name in LANES[1:])


def test_order_of_what_is_counted(sparse):
    found = rows(sparse)
    assert found["bytes"]["order"].startswith("websocket < sse < ")
    assert found["opens_per_minute"]["verdict_kept"] == "all tie"
    # The long connection as keep-alive: polls go over it, and come late.
    assert found["opens_per_minute"]["verdict_keep_alive"].startswith("holds")
    assert rows(sparse, "model")["requests"]["verdict_keep_alive"] == ""
    assert any("messages a poll: sparse" in note for note in sparse["notes"])


@once
def test_dense_polls_turn_the_order_over():
    """Twenty messages a poll, evenly: fewer requests than long poll, and none in vain."""
    found = figures("compare", "--rate", "40", "--feed", "periodic", "--headers", "minimal",
                    *SHORT)
    assert_sound(found)
    requests = rows(found)["requests"]
    for name in LANES[:2]:
        assert near(requests[name], 1 / 20, 0.5)
    assert requests["long_poll"] > 0.1
    assert requests["verdict_kept"].startswith("only below ")
    assert all(crossing["messages_per_poll"] is None or crossing["messages_per_poll"] > 0
               for crossing in found["crossings"])
    assert any("messages a poll: dense" in note for note in found["notes"])


@once
def test_far_away_and_a_loaded_transport():
    found = figures("compare", "--rate", "5", "--rtt", "40", "--transport", str(NDJSON_MODULE),
                    *SHORT)
    assert_sound(found, LANES + ("ndjson",))
    delays = rows(found)["delay_mean_ms"]
    for name in LANES + ("ndjson",):
        assert delays[name] is None or delays[name] >= 19.9


def keep(folder, name, found):
    path = folder / name
    path.write_text(json.dumps(found))
    return str(path)


def dearer(found, name, factor):
    """The same run with more CPU in one lane, and in no other figure."""
    other = copy.deepcopy(found)
    for lane in other["transports"]:
        if lane["name"] == name:
            spread = lane["figures"]["cpu_us"]
            for key in spread:
                spread[key] *= factor
    return other


def test_two_runs_that_are_alike(sparse, tmp_path):
    path = keep(tmp_path, "a.json", sparse)
    found = figures("compare", path, path)
    assert found["differences"] == [] and found["compared"] > 50
    assert {row["sse"] for row in found["rows"]} <= {"=", "-"}


def test_what_differs_between_two_runs(sparse, tmp_path):
    a = keep(tmp_path, "a.json", sparse)
    b = keep(tmp_path, "b.json", dearer(sparse, "sse", 100))
    found = figures("compare", a, b)
    assert [(one["metric"], one["transport"]) for one in found["differences"]] == [
        ("cpu_us", "sse")]
    row = next(row for row in found["rows"] if row["metric"] == "cpu_us")
    assert " to " in row["sse"] and row["websocket"] == "="
    assert "1 of " in bench("compare", a, b).stdout


def test_runs_that_are_no_like_for_like(sparse, tmp_path):
    a = keep(tmp_path, "a.json", sparse)
    b = keep(tmp_path, "b.json", {**sparse, "payload_bytes": 200, "flush": "uring"})
    refused = bench("compare", a, b, status=2)
    assert "payload_bytes is 100 in" in refused.stderr and "--force" in refused.stderr
    assert "flush" not in refused.stderr and not refused.stdout
    forced = figures("compare", a, b, "--force")
    assert sum(note.startswith("Not alike: ") for note in forced["notes"]) == 2


def test_files_that_are_none(sparse, tmp_path):
    good = keep(tmp_path, "a.json", sparse)
    empty = keep(tmp_path, "b.json", {})
    older = keep(tmp_path, "c.json", {**sparse, "transports": [{"name": "sse"}]})
    for arguments, word in (((good, empty), "--json=FILE"), ((older, good), "older"),
                            ((good, good + ".not"), "No such file"), ((good,), "A.json B.json")):
        assert word in bench("compare", *arguments, status=2).stderr


@once
def test_what_is_done_to_messages_is_told():
    found = figures("compare", "--self-test=faults")
    assert found["held"]
    assert tuple(row["transport"] for row in found["rows"]) == LANES
    assert all(row["found"] == "10, 10, 10" for row in found["rows"])


@once
def test_ctrl_c_keeps_what_was_measured():
    """The progress bar says how far it has come."""
    ours, theirs = os.openpty()
    command = [str(BENCH), "compare", "--json", "--clients", "5", "--duration", "1", "--repeats",
               "20", "--heartbeat", "1", "--interval", "250", "--rate", "10"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=theirs, env={**os.environ, "PUSHLAB": str(BINARY)}) as running:
        os.close(theirs)
        shown = ""
        while not any(int(percent) >= 25 for percent in re.findall(r"(\d+) %", shown)):
            shown += os.read(ours, 4096).decode()
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=PATIENCE_S)
        os.close(ours)
    found = json.loads(out)
    assert running.returncode == 130
    assert found["cut_short"] and found["held"] and 1 <= found["repeats"] < 20
    for lane in found["transports"]:
        assert lane["lost"] is None and lane["repeats"]["idle_wire_bytes"] == [None]
        assert len(lane["repeats"]["bytes"]) == found["repeats"]


def may_lose():
    """Whether there is nft, and a network namespace for everybody."""
    nft = shutil.which("nft", path=os.environ["PATH"] + ":/usr/sbin")
    return bool(nft) and subprocess.run(["unshare", "--user", "--map-root-user", "--net", nft,
                                         "add table ip test"], capture_output=True,
                                        check=False).returncode == 0


@once
def test_what_is_lost_is_sent_again():
    if not may_lose():
        pytest.skip("no nft, or no network namespaces here")
    found = figures("compare", "--loss", "2", "--seed", "5", "--rate", "10", *SHORT)
    assert_sound(found)
    assert found["loss_percent"] == 2
    # TCP waits 200 ms, or for what comes behind, before it repeats.
    delays = rows(found)["delay_max_ms"]
    assert all(delays[name] is None or delays[name] > 50 for name in LANES[2:])


def test_loss_names_the_remedy():
    if may_lose():
        pytest.skip("it is possible here")
    assert "pushbench: --loss: " in bench("compare", "--loss", "1", status=1).stderr


@pytest.mark.parametrize("wrong", [
    ("--self-test=nothing",), ("--loss", "31"), ("a.json", "b.json", "c.json"),
    ("--feed", "daily"), ("--headers", "none"), ("--repeats", "2"), ("--rate", "-1"),
    ("--rate", "10000"), ("--interval", "50", "--rtt", "60")])
def test_wrong_usage(wrong):
    assert bench("compare", *wrong, status=2).stderr
