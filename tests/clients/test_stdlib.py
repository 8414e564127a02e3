# SPDX-License-Identifier: MIT
"""Python's own HTTP client against the server: another reading of HTTP than lib/http.py's."""
import http.client
import json
import urllib.error
import urllib.request

import pytest

from lib.wire import PATIENCE_S


@pytest.fixture
def connection(server):
    client = http.client.HTTPConnection(*server.address, timeout=PATIENCE_S)
    yield client
    client.close()


def ask(connection, method, path, body=None, headers=None):
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    return answer, answer.read()


def opener():
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def test_one_connection_serves_many_requests(connection, topic):
    ask(connection, "GET", "/healthz")
    kept = connection.sock
    for number in range(20):
        answer, _ = ask(connection, "POST", f"/publish/{topic}", str(number))
        assert answer.status == 200
        _, body = ask(connection, "GET", f"/short_poll/{topic}")
        assert json.loads(body)["messages"][0]["data"] == str(number)
        ask(connection, "HEAD", "/")
        ask(connection, "GET", "/nowhere")
    assert connection.sock is kept


def test_a_chunked_body(connection, server, topic):
    answer, _ = ask(connection, "POST", f"/publish/{topic}", iter([b"one, ", b"two, ", b"three"]))
    assert answer.status == 200
    assert server.history(topic)[0]["data"] == "one, two, three"


def test_every_page_is_read_whole(connection):
    for path in ("/", "/transports", "/topics", "/stats", "/metrics", "/healthz", "/time"):
        answer, body = ask(connection, "GET", path)
        assert answer.status == 200 and len(body) == int(answer.getheader("Content-Length"))


def test_no_header_comes_twice(connection, topic):
    for path in ("/", "/stats", f"/short_poll/{topic}", "/nowhere", "/websocket/t"):
        answer, _ = ask(connection, "GET", path, headers={"Origin": "http://localhost"})
        names = [name.lower() for name, _ in answer.getheaders() if name.lower() != "vary"]
        assert len(names) == len(set(names)), names


def test_an_event_stream_is_read_line_by_line(connection, server, topic):
    connection.request("GET", f"/sse/{topic}")
    answer = connection.getresponse()
    assert answer.headers.get_content_type() == "text/event-stream"
    while answer.readline().strip():
        pass
    published = server.publish(topic, "hello")
    assert answer.readline().decode().strip() == f"id: {published['id']}"
    assert answer.readline() == b"data: hello\n"
    answer.close()


def test_a_long_poll_with_urllib(server, topic):
    since = server.publish(topic, "a")["id"]
    server.publish(topic, "b")
    url = f"http://{server.authority}/long_poll/{topic}?since={since}"
    with opener().open(url, timeout=PATIENCE_S) as answer:
        assert [message["data"] for message in json.load(answer)["messages"]] == ["b"]


def test_a_304_with_urllib(server, topic):
    head = server.publish(topic, "x")["id"]
    request = urllib.request.Request(f"http://{server.authority}/short_poll/{topic}?since={head}",
                                     headers={"If-None-Match": f'"{head}"'})
    with pytest.raises(urllib.error.HTTPError) as caught:
        opener().open(request, timeout=PATIENCE_S)
    assert caught.value.code == 304


@pytest.mark.parametrize("path, status", [("/nowhere", 404), ("/short_poll/a%20b", 400),
                                          ("/websocket/t", 426)])
def test_errors_have_a_body_that_explains(server, path, status):
    with pytest.raises(urllib.error.HTTPError) as caught:
        opener().open(f"http://{server.authority}{path}", timeout=PATIENCE_S)
    assert caught.value.code == status
    assert json.load(caught.value)["error"]
