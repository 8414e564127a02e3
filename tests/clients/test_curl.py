# SPDX-License-Identifier: MIT
"""curl against the server: the commands that people will type."""
import json
import shutil
import subprocess

import pytest

from lib.wire import PATIENCE_S

pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")


def curl(server, path, *arguments, code=0):
    """Runs curl to its end; what it printed."""
    result = subprocess.run(
        ["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", str(int(PATIENCE_S)),
         *arguments, f"http://{server.authority}{path}"],
        capture_output=True, check=False, timeout=3 * PATIENCE_S)
    assert result.returncode == code, result
    return result.stdout.decode()


def status(server, path, *arguments):
    return int(curl(server, path, "--output", "/dev/null", "--write-out", "%{http_code}", *arguments))


def test_publish_and_poll(server, topic):
    published = json.loads(curl(server, f"/publish/{topic}", "--data", "hello"))
    batch = json.loads(curl(server, f"/short_poll/{topic}"))
    assert batch["next"] == published["id"]
    assert [(message["type"], message["data"]) for message in batch["messages"]] == [("text", "hello")]


def test_publish_json(server, topic):
    curl(server, f"/publish/{topic}", "--data", '{"a":1}', "--header",
         "Content-Type: application/json")
    assert server.history(topic)[0]["data"] == {"a": 1}


def test_publish_from_a_file_in_chunks(server, topic, tmp_path):
    data = bytes(range(256)) * 1000
    (tmp_path / "data").write_bytes(data)
    curl(server, f"/publish/{topic}", "--request", "POST", "--upload-file", str(tmp_path / "data"),
         "--header", "Transfer-Encoding: chunked", "--header",
         "Content-Type: application/octet-stream")
    message = server.history(topic)[0]
    assert message["type"] == "binary" and len(message["data"]) == (len(data) + 2) // 3 * 4


def test_expect_100_continue(server, topic, tmp_path):
    (tmp_path / "data").write_bytes(b"x" * 500_000)
    curl(server, f"/publish/{topic}", "--data-binary", f"@{tmp_path / 'data'}", "--header",
         "Expect: 100-continue")
    assert len(server.history(topic)[0]["data"]) == 500_000


def test_publish_with_an_event(server, topic):
    curl(server, f"/publish/{topic}", "--data", "x", "--header", "Pushlab-Event: tick")
    assert server.history(topic)[0]["event"] == "tick"


def test_a_stream_until_it_has_seen_enough(server, topic):
    server.publish_many(topic, "abc")
    process = subprocess.Popen(
        ["curl", "--silent", "--no-buffer", "--noproxy", "*",
         f"http://{server.authority}/sse/{topic}?since=first"], stdout=subprocess.PIPE)
    lines = []
    while [line for line in lines if line.startswith("data: ")] != ["data: a", "data: b", "data: c"]:
        line = process.stdout.readline().decode()
        assert line, lines
        lines.append(line.strip())
    process.terminate()
    process.stdout.close()
    process.wait(PATIENCE_S)
    server.await_subscribers(topic, 0)


def test_a_long_poll_that_waits(server, topic):
    process = subprocess.Popen(
        ["curl", "--silent", "--noproxy", "*",
         f"http://{server.authority}/long_poll/{topic}?since=now&wait=60"], stdout=subprocess.PIPE)
    server.await_subscribers(topic, 1)
    server.publish(topic, "x")
    out, _ = process.communicate(timeout=PATIENCE_S)
    assert json.loads(out)["messages"][0]["data"] == "x"


def test_many_requests_on_one_connection(server, topic):
    server.publish(topic, "x")
    url = f"http://{server.authority}"
    result = subprocess.run(
        ["curl", "--silent", "--noproxy", "*", "--write-out", "%{num_connects}\n", "--output",
         "/dev/null", f"{url}/", "--output", "/dev/null", f"{url}/short_poll/{topic}", "--output",
         "/dev/null", f"{url}/healthz"], capture_output=True, check=True, timeout=PATIENCE_S)
    assert result.stdout.split() == [b"1", b"0", b"0"]


@pytest.mark.parametrize("arguments, wanted", [
    (["--request", "DELETE"], 405), (["--http1.0"], 200), (["--head"], 200),
    (["--header", "Host: evil.example"], 421), (["--header", "Host:"], 400),
    (["--header", "Origin: http://evil.example"], 200)])
def test_statuses(server, arguments, wanted):
    assert status(server, "/healthz", *arguments) == wanted


def test_a_websocket_path_says_what_it_is(server):
    assert status(server, "/websocket/t") == 426


def test_compressed_or_not_the_page_is_the_same(server):
    assert curl(server, "/") == curl(server, "/", "--compressed")


def test_an_etag_saves_the_body(server, tmp_path):
    store = str(tmp_path / "etag")
    curl(server, "/", "--etag-save", store)
    assert status(server, "/", "--etag-compare", store) == 304


def test_a_proxys_absolute_form(server):
    assert curl(server, "/healthz", "--noproxy", "", "--proxy", f"http://{server.authority}")
