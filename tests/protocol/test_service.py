# SPDX-License-Identifier: MIT
"""pushbench serve: what pages may ask of it and what not, one run at a time, and that nothing is
left of a run whose page has gone."""
import json
import os
import pathlib
import signal
import subprocess

import pytest

from lib.bench import BENCH, PATIENCE_S
from lib.http import HttpConnection, build
from lib.server import BINARY
from lib.wire import until

PAGE, OTHER = "http://localhost:8765", "http://127.0.0.1:8765"
LONG = {"only": [18], "quick": True}  # half a minute
LINES = {"only": [22], "quick": True}  # counts lines of code: no server, no time


class Service:
    """A running one, with the face of a Server."""

    def __init__(self):
        self.process = subprocess.Popen(
            [str(BENCH), "serve", "--control-origin", f"{OTHER},{PAGE}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PUSHLAB": str(BINARY)})
        word, address = self.process.stdout.readline().split()
        assert word == "service"
        host, port = address.split(":")
        self.address = (host, int(port))

    def ask(self, method, path, headers=(), body=None):
        with HttpConnection(self.address) as connection:
            return connection.ask(method, path, headers, body, timeout=PATIENCE_S)

    def post(self, path, question, origin=PAGE, kind="application/json"):
        return self.ask("POST", path, headers_of(origin, kind), json.dumps(question).encode())

    def begin(self, path, question):
        """A connection on which an answer is under way."""
        connection = HttpConnection(self.address)
        body = json.dumps(question).encode()
        connection.send(build("POST", path, headers_of(), body))
        assert connection.read_head(PATIENCE_S).status == 200
        return connection

    def busy(self):
        return self.ask("GET", "/").json()["busy"]

    def children(self):
        return descendants(self.process.pid)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE_S) == 0
        self.process.stdout.close()


def headers_of(origin=PAGE, kind="application/json"):
    pairs = [("Origin", origin), ("Content-Type", kind)]
    return [(name, value) for name, value in pairs if value]


def descendants(pid):
    """Of a process, all that live; those that nobody has waited for, too."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(word) for word in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


def lines_of(answer):
    return [json.loads(line) for line in answer.text.splitlines()]


@pytest.fixture(scope="module", name="service")
def run_service():
    service = Service()
    yield service
    service.stop()


def test_what_there_is(service):
    answer = service.ask("GET", "/", [("Origin", PAGE)])
    assert answer.header("Access-Control-Allow-Origin") == PAGE
    assert not answer.json()["busy"]
    claims = {claim["id"]: claim for claim in answer.json()["claims"]}
    assert len(claims) == 16 and 1 not in claims
    assert claims[8]["seconds"] > claims[8]["quick_seconds"] > 0
    assert claims[8]["sentence"]["zh"]


def test_a_claim(service):
    answer = service.post("/claims", LINES)
    assert answer.status == 200
    assert answer.header("Content-Type") == "application/x-ndjson"
    assert answer.header("Access-Control-Allow-Origin") == PAGE
    *progress, last = lines_of(answer)
    assert all(0 <= line["progress"] <= 1 for line in progress)
    assert [row["id"] for row in last["result"]["rows"]] == [22]
    assert last["result"]["quick"] and not service.busy()


def test_progress_comes_while_it_runs(service):
    with service.begin("/claims", LONG) as connection:
        shares = [json.loads(next(connection.chunks(PATIENCE_S)))["progress"] for _ in range(3)]
    assert shares == sorted(shares) and shares[-1] > 0
    until(lambda: not service.busy(), "the run to be given up", PATIENCE_S)


def test_a_preflight(service):
    answer = service.ask("OPTIONS", "/claims", [("Origin", OTHER)])
    assert answer.status == 204
    assert answer.header("Access-Control-Allow-Origin") == OTHER
    assert "content-type" in answer.lists("Access-Control-Allow-Headers")


@pytest.mark.parametrize("origin", ["http://localhost:9", "null", "http://localhost:87650", ","])
def test_other_pages_are_refused(service, origin):
    answer = service.post("/claims", LINES, origin=origin)
    assert answer.status == 403 and "--control-origin" in answer.json()["error"]
    assert answer.header("Access-Control-Allow-Origin") is None


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_what_a_form_can_send_is_refused(service, kind):
    assert service.post("/claims", LINES, kind=kind).status == 415


@pytest.mark.parametrize("path, question, word", [
    ("/claims", {"only": [1]}, "only"), ("/claims", {"only": [8, 8]}, "only"),
    ("/claims", {"only": []}, "only"), ("/claims", {"only": "8"}, "only"),
    ("/claims", {"only": [8.5]}, "only"), ("/claims", {"lang": "fr"}, "lang"),
    ("/claims", {"quick": 1}, "quick"), ("/claims", {"pushlab": "/bin/sh"}, "pushlab"),
    ("/claims", [8], "object"), ("/advise", {"clients": 0}, "clients"),
    ("/advise", {"clients": 1.5}, "clients"), ("/advise", {"rate": "1"}, "rate"),
    ("/advise", {"rate": -1}, "rate"), ("/advise", {"direction": "--help"}, "direction"),
    ("/advise", {"map": "/etc/passwd"}, "map"), ("/advise", {}, "rate"),
    ("/advise", {"rate": 1, "payload": 1e300}, "payload")])
def test_bad_questions(service, path, question, word):
    answer = service.post(path, question)
    assert answer.status == 400 and word in answer.json()["error"]


def test_what_is_repeated_of_a_question_is_whole_letters(service):
    answer = service.post("/claims", {"x" + "\u00e9" * 40: 1})
    assert answer.status == 400 and answer.json()["error"].endswith('no "x' + "\u00e9" * 19 + '?"')


def test_bad_json_and_too_much_of_it(service):
    headers = headers_of()
    assert service.ask("POST", "/claims", headers, b"{").status == 400
    assert service.ask("POST", "/claims", headers, b" " * 5000 + b"{}").status == 413


def test_other_paths_and_methods(service):
    assert service.ask("GET", "/x").status == 404
    assert service.ask("GET", "/claims").status == 405


def test_one_at_a_time(service):
    with service.begin("/claims", LONG):
        answer = service.post("/claims", LINES)
        assert answer.status == 409 and answer.header("Retry-After")
        assert "another run" in answer.json()["error"]
    until(lambda: not service.busy(), "the run to be given up", PATIENCE_S)
    assert service.post("/claims", LINES).status == 200


def test_nothing_is_left_of_a_page_that_went_away(service):
    with service.begin("/claims", LONG):
        until(lambda: len(service.children()) > 2, "servers of the experiment", PATIENCE_S)
        started = service.children()
    until(lambda: not service.busy(), "the run to be given up", PATIENCE_S)
    left = lambda: [pid for pid in started if os.path.exists(f"/proc/{pid}")]
    until(lambda: not left(), "all that was started to be gone", PATIENCE_S)


def test_it_ends_with_what_it_runs():
    service = Service()
    with service.begin("/claims", LONG):
        until(service.children, "a run", PATIENCE_S)
        started = service.children()
        service.stop()
    for pid in started:
        until(lambda pid=pid: not os.path.exists(f"/proc/{pid}"), "it to be gone", PATIENCE_S)
