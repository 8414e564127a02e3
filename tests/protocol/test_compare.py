# SPDX-License-Identifier: MIT
"""pushbench compare: what is counted agrees with the model. Nothing that is timed is judged, but
for bounds that no busy machine can break."""
import pytest

from lib.bench import bench, figures
from lib.server import NDJSON_MODULE

LANES = ("short_poll_close", "short_poll", "long_poll", "sse", "websocket")
SHORT = ("--clients", "20", "--duration", "2", "--heartbeat", "1", "--interval", "500")


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
    assert any("messages a poll: sparse" in note for note in sparse["notes"])


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


def test_far_away_and_a_loaded_transport():
    found = figures("compare", "--rate", "5", "--rtt", "40", "--transport", str(NDJSON_MODULE),
                    *SHORT)
    assert_sound(found, LANES + ("ndjson",))
    delays = rows(found)["delay_mean_ms"]
    for name in LANES + ("ndjson",):
        assert delays[name] is None or delays[name] >= 19.9


@pytest.mark.parametrize("wrong", [
    ("--feed", "daily"), ("--headers", "none"), ("--repeats", "2"), ("--rate", "-1"),
    ("--rate", "10000"), ("--interval", "50", "--rtt", "60")])
def test_wrong_usage(wrong):
    assert bench("compare", *wrong, status=2).stderr
