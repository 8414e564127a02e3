# SPDX-License-Identifier: MIT
"""Everything beside the feeds: figures, health, time, the lab, 404 and 405."""
import gzip
import re
import time

import pytest

from lib import http, sse
from lib.server import PAGES, Server
from lib.subscribers import SUBSCRIBERS
from lib.wire import until

JSON_PAGES = ["/transports", "/topics", "/stats", "/healthz", "/time", "/lab"]
BUILT_IN = ["short_poll", "long_poll", "sse", "websocket"]


def test_the_lab_is_a_page(server):
    answer = server.get("/")
    assert answer.status == 200
    assert answer.header("content-type").lower().startswith("text/html")
    assert answer.body.lstrip().lower().startswith(b"<!doctype html>")


def test_the_lab_sends_no_referrer_and_cannot_be_sniffed(server):
    answer = server.get("/")
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("referrer-policy") == "no-referrer"


@pytest.mark.parametrize("path", JSON_PAGES)
def test_json_pages_are_json_and_fresh(server, path):
    answer = server.get(path)
    assert answer.status == 200
    assert answer.header("content-type").startswith("application/json")
    assert "no-store" in answer.lists("cache-control")
    answer.json()


@pytest.mark.parametrize("path", ["/", *JSON_PAGES, "/metrics"])
def test_every_answer_says_its_length(server, path):
    assert server.get(path).header("content-length") is not None


@pytest.mark.parametrize("path", ["/", *JSON_PAGES, "/metrics"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_methods_are_405_with_allow(server, path, method):
    answer = server.ask(method, path, [], b"" if method == "POST" else None)
    assert answer.status == 405
    assert {"get", "head"} <= set(answer.lists("allow"))
    assert answer.json()["error"]


@pytest.mark.parametrize("name", BUILT_IN)
def test_feeds_are_405_for_post(server, name):
    answer = server.ask("POST", f"/{name}/t", [], b"x")
    assert answer.status == 405 and "get" in answer.lists("allow")


def test_404_says_so_in_json(server):
    answer = server.get("/nowhere")
    assert answer.status == 404 and answer.json()["error"]


def test_queries_do_not_hide_pages(server):
    for path in JSON_PAGES:
        assert server.get(path + "?x=1&y").status == 200


# ---- /transports ----

def test_transports_lists_the_four_and_what_was_loaded(server):
    assert server.transports() == [*BUILT_IN, "ndjson", *PAGES]


def test_transports_says_when_each_reads(server):
    reads = {row["name"]: row["reads"] for row in server.get("/transports").json()}
    assert len(set(reads.values())) == 3
    assert reads["sse"] == reads["websocket"] == reads["ndjson"]


def test_without_modules_there_are_four():
    with Server("--feed", "none") as server:
        assert server.transports() == BUILT_IN


# ---- /topics ----

def test_topics_lists_what_is_held_and_who_watches(server, subscribe, topic):
    server.publish_many(topic, "abc")
    subscribe("sse", topic)
    row = server.topics()[topic]
    assert row["messages"] == 3 and row["subscribers"] == 1
    assert row["next"] == server.head_cursor(topic)


# ---- /stats and /metrics ----

def stats(server, transport):
    rows = server.get("/stats").json()["transports"]
    return rows[transport] if isinstance(rows, dict) else next(
        row for row in rows if row["name"] == transport)


def metric(server, name, transport):
    """A Prometheus sample by its name and transport."""
    pattern = re.compile(rf'^{name}\{{[^}}]*transport="{transport}"[^}}]*\}} ([0-9.e+-]+)$', re.M)
    found = pattern.findall(server.get("/metrics").text)
    assert len(found) == 1, f"{name} of {transport}: {found}"
    return float(found[0])


def test_stats_counts_subscribers_by_transport(server, subscribe, stream, topic):
    name = SUBSCRIBERS[stream].name
    before = stats(server, name)["subscribers"]
    subscriber = subscribe(stream, topic)
    assert stats(server, name)["subscribers"] == before + 1
    assert metric(server, "pushlab_subscribers", name) == before + 1
    subscriber.close()
    until(lambda: stats(server, name)["subscribers"] == before, "the subscriber has left")


def test_stats_counts_deliveries(server, subscribe, transport, topic):
    name = SUBSCRIBERS[transport].name
    before = stats(server, name)
    subscriber = subscribe(transport, topic)
    server.publish_many(topic, ["12345"] * 10)
    subscriber.take(10)
    until(lambda: stats(server, name)["messages"] >= before["messages"] + 10, "ten deliveries")
    after = stats(server, name)
    assert after["messages"] == before["messages"] + 10
    assert after["payload_bytes"] == before["payload_bytes"] + 50
    assert after["framing_bytes"] > before["framing_bytes"]


def test_stats_counts_useless_polls(server, topic):
    before = stats(server, "short_poll")
    for _ in range(5):
        server.get(f"/short_poll/{topic}?since=now")
    server.publish(topic, "x")
    server.get(f"/short_poll/{topic}?since=first")
    after = stats(server, "short_poll")
    assert after["answers"] == before["answers"] + 6
    assert after["empty_answers"] == before["empty_answers"] + 5


def test_a_304_is_a_useless_answer_too(server, topic):
    head = server.head_cursor(topic)
    before = stats(server, "short_poll")
    assert server.get(f"/short_poll/{topic}?since={head}",
                      ("If-None-Match", f'"{head}"')).status == 304
    assert stats(server, "short_poll")["empty_answers"] == before["empty_answers"] + 1


def test_metrics_is_prometheus_text(server):
    answer = server.get("/metrics")
    assert answer.header("content-type").startswith("text/plain")
    typed = set()
    for line in answer.text.splitlines():
        if line.startswith("# TYPE "):
            name, kind = line.split()[2:]
            assert name not in typed and kind in ("counter", "gauge", "histogram", "summary")
            typed.add(name)
        elif not line.startswith("#"):
            sample = re.match(r'([a-z_][a-z0-9_]*)(\{([a-z_]+="[^"\\\n]*",?)*\})? (\S+)\Z', line)
            assert sample, line
            float(sample[4])
            assert re.sub(r"_(bucket|sum|count)$", "", sample[1]) in typed or sample[1] in typed
    assert typed and answer.text.endswith("\n")


def test_counters_never_fall(server, topic):
    def counters():
        text = server.get("/metrics").text
        names = set(re.findall(r"^# TYPE (\S+) counter$", text, re.M))
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
                for line in text.splitlines()
                if not line.startswith("#") and line.split("{")[0].split(" ")[0] in names}
    before = counters()
    server.publish(topic, "x")
    server.get(f"/short_poll/{topic}")
    after = counters()
    assert before and all(after[name] >= value for name, value in before.items())


# ---- /healthz, /time ----

def test_healthz_is_200_while_serving(server):
    assert server.get("/healthz").status == 200


def test_time_is_now_in_microseconds(server):
    before = time.time()
    answer = server.get("/time").json()
    value = next(value for value in answer.values() if isinstance(value, int))
    assert before - 0.01 <= value / 1e6 <= time.time() + 0.01


# ---- /lab: what the pages may offer ----

@pytest.mark.parametrize("options, lab, doors, bench", [
    ((), False, None, None), (("--lab",), True, None, None),
    (("--doors", "http://localhost:1/", "--bench", "http://localhost:2/"), False, None, None),
    (("--lab", "--bench", "http://localhost:2/"), True, None, "http://localhost:2/"),
    (("--lab", "--doors", 'http://localhost:1/"'), True, 'http://localhost:1/"', None)])
def test_lab_says_what_there_is(serve, options, lab, doors, bench):
    answer = serve(*options).get("/lab").json()
    assert (answer["lab"], answer["doors"], answer["bench"]) == (lab, doors, bench)


# ---- feeds ----

@pytest.mark.parametrize("feed", ["clock", "host", "frames"])
def test_a_feed_feeds_its_topic(serve, feed):
    server = serve("--feed", f"{feed}=20")
    with sse.Stream(server, f"/sse/{feed}?format=json") as stream:
        for _ in range(3):
            assert '"data"' in stream.next().data
    assert list(server.topics()) == [feed]


def test_the_feeds_run_by_default():
    with Server() as server:
        until(lambda: {"clock", "host", "frames"} <= set(server.topics()), "all three feeds")


def test_a_feed_cannot_be_asked_for_by_a_wrong_name(server):
    answer = server.ask("GET", "/sse/~clock")
    assert answer.status == 404 and answer.json()["error"]


# ---- static files ----

def test_pages_are_compressed_for_those_who_take_it(server):
    plain, packed = server.get("/"), server.get("/", ("Accept-Encoding", "gzip"))
    assert plain.header("content-encoding") is None
    if packed.header("content-encoding") == "gzip":
        assert gzip.decompress(packed.body) == plain.body
        assert "accept-encoding" in [*packed.lists("vary")]
    else:
        assert packed.body == plain.body


def test_all_that_the_page_names_exists(server):
    page = server.get("/").text
    names = set(re.findall(r'(?:src|href)="(/?[A-Za-z0-9_./-]+)"', page))
    for name in names:
        path = name if name.startswith("/") else "/" + name
        assert server.get(path).status == 200, f"{path}, named on the page"


def test_half_a_request_never_hides_a_whole_one(server):
    with server.connect() as half:
        half.send(b"GET / HTTP/1.1\r\nHo")
        assert server.get("/healthz").status == 200
        half.send(b"st: localhost\r\n\r\n")
        assert half.read_response().status == 200


def test_many_connections_at_once(server):
    connections = [server.connect() for _ in range(300)]
    for connection in connections:
        connection.send(http.build("GET", "/healthz"))
    for connection in connections:
        assert connection.read_response().status == 200
        connection.close()
