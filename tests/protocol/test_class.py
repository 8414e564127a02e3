# SPDX-License-Identifier: MIT
"""A lesson (--class): the teacher's token, what students may publish, what the teacher's word does."""
import json
import re
import shutil
import subprocess

import pytest

from lib import http
from lib.relay import Relay
from lib.server import BINARY, ROOT, run
from lib.websocket import WebSocket
from lib.wire import PATIENCE_S, until

TOKEN = "canary-of-the-teacher-2718"
TEACHER = [("Authorization", f"Bearer {TOKEN}")]
LIMIT = 16 << 10


@pytest.fixture
def lesson(serve, tmp_path):
    token = tmp_path / "token"
    token.write_text(TOKEN + "\n", encoding="ascii")
    return serve("--class", "--teacher-token", str(token), "--feed", "none")


def post(server, topic, value, headers=(), content_type="application/json"):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return server.ask("POST", f"/publish/{topic}", [*headers, ("Content-Type", content_type)], body)


def assert_refused(answer, status):
    assert answer.status == status, answer
    assert answer.json()["error"]
    assert TOKEN not in answer.text


# ---- who may what ----

def test_the_control_topic_is_the_teachers(lesson):
    assert_refused(post(lesson, "class.control", {"rate": 2}), 403)
    for wrong in ("Bearer wrong", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer", f"Basic {TOKEN}"):
        assert_refused(post(lesson, "class.control", {"rate": 2}, [("Authorization", wrong)]), 403)
    assert lesson.history("class.control") == []
    assert post(lesson, "class.control", {"rate": 2}, TEACHER).status == 200
    assert [message["data"] for message in lesson.history("class.control")] == [{"rate": 2}]


def test_a_token_in_the_address_is_none(lesson):
    answer = lesson.ask("POST", f"/publish/class.control?token={TOKEN}",
                        [("Content-Type", "application/json")], b"{}")
    assert_refused(answer, 403)


@pytest.mark.parametrize("topic", ["class.feed", "class.control", "class.anything"])
def test_a_socket_without_the_token_is_a_students(lesson, topic):
    with WebSocket(lesson, "/websocket/chat", protocol="pushlab.json") as client:
        client.read_json()
        client.send_json({"publish": {"topic": topic, "type": "json", "data": {"rate": 20}}})
        assert client.read_json()["error"]["status"] == 403


def test_a_socket_with_the_token_is_the_teachers(lesson):
    with WebSocket(lesson, "/websocket/class.control", TEACHER, protocol="pushlab.json") as client:
        client.read_json()
        client.send_json({"publish": {"topic": "class.control", "type": "json", "data": {"rate": 3}}})
        assert {tuple(client.read_json()) for _ in range(2)} >= {("published",)}
    assert [message["data"] for message in lesson.history("class.control")] == [{"rate": 3}]


def test_a_socket_with_another_token_may_publish_nothing(lesson):
    with WebSocket(lesson, "/websocket/chat", [("Authorization", "Bearer wrong")],
                   protocol="pushlab.json") as client:
        client.read_json()
        client.send_json({"publish": {"topic": "chat", "data": "hello"}})
        assert client.read_json()["error"]["status"] == 403


def test_students_report_predict_and_chat(lesson):
    for topic in ("class.reports", "class.predictions", "chat"):
        assert post(lesson, topic, {"who": "1"}).status == 200
        assert post(lesson, topic, {"who": "2"}, TEACHER).status == 200


def test_what_a_student_publishes_is_small(lesson):
    assert post(lesson, "class.reports", b"x" * LIMIT, content_type="text/plain").status == 200
    assert_refused(post(lesson, "class.reports", b"x" * (LIMIT + 1), content_type="text/plain"), 413)
    assert post(lesson, "class.reports", b"x" * (LIMIT + 1), TEACHER, "text/plain").status == 200


def test_what_a_student_publishes_is_not_too_much(lesson):
    count = 1000
    with lesson.connect() as connection:
        connection.send(count * http.build("POST", "/publish/chat", body=b"x"))
        answers = [connection.read_response() for _ in range(count)]
    refused = [answer for answer in answers if answer.status != 200]
    assert 0 < len(refused) < count
    for answer in refused:
        assert_refused(answer, 429)
        assert answer.header("retry-after") == "1"


def test_the_teachers_machine_uses_other_topics_as_ever(lesson, topic):
    assert post(lesson, topic, {"any": 1}).status == 200


# ---- what the teacher's word does ----

def test_the_chat_is_muted_and_goes_on(lesson):
    assert post(lesson, "class.control", {"muted": True}, TEACHER).status == 200
    refused = post(lesson, "chat", {"text": "hello"})
    assert_refused(refused, 403)
    assert "muted" in refused.json()["error"]
    with WebSocket(lesson, "/websocket/chat", protocol="pushlab.json") as client:
        client.read_json()
        client.send_json({"publish": {"topic": "chat", "data": "hello"}})
        assert "muted" in client.read_json()["error"]["message"]
    assert post(lesson, "chat", {"text": "I may"}, TEACHER).status == 200
    assert post(lesson, "class.reports", {"who": "1"}).status == 200
    assert post(lesson, "class.control", {"rate": 1}, TEACHER).status == 200
    assert post(lesson, "chat", {"text": "still muted"}).status == 403
    assert post(lesson, "class.control", {"muted": False}, TEACHER).status == 200
    assert post(lesson, "chat", {"text": "hello"}).status == 200


@pytest.mark.parametrize("said", [
    {"rate": 20.1}, {"rate": -1}, {"rate": "2"}, {"rate": 1e999}, {"payload": 65537}, {"payload": None},
    {"muted": "yes"}, {"muted": 1}, {"reset": -1}, {"reset": 1e300}, {"rate": 1, "muted": []}, [], 1, "rate",
])
def test_a_word_that_makes_no_sense_is_refused_as_a_whole(lesson, said):
    data = json.dumps(said).replace("Infinity", "1e999").encode()
    assert_refused(post(lesson, "class.control", data, TEACHER), 400)
    assert lesson.history("class.control") == []
    assert post(lesson, "chat", b"x", content_type="text/plain").status == 200


def test_control_must_be_json(lesson):
    assert_refused(post(lesson, "class.control", b'{"rate":1}', TEACHER, "text/plain"), 400)
    assert_refused(post(lesson, "class.control", b'{"rate":', TEACHER), 400)


def test_the_feed_is_as_large_as_told_and_stops(lesson):
    assert post(lesson, "class.control", {"rate": 20, "payload": 3000}, TEACHER).status == 200
    def sizes():
        return [len(json.dumps(message["data"], separators=(",", ":")))
                for message in lesson.history("class.feed")]
    until(lambda: len(sizes()) >= 4 and sizes()[-1] == 3000, "a feed of 3,000 bytes")
    numbers = [message["data"]["n"] for message in lesson.history("class.feed")]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_reset_wipes_what_was_reported_and_predicted(lesson):
    for topic in ("class.reports", "class.predictions", "chat"):
        post(lesson, topic, {"who": "1"})
    with WebSocket(lesson, "/websocket/class.predictions?since=first", protocol="pushlab.json") as client:
        assert "ready" in client.read_json()
        assert client.read_json()["data"] == {"who": "1"}
        assert post(lesson, "class.control", {"reset": 7}, TEACHER).status == 200
        assert client.read_json()["data"] == {"reset": 7}
    for topic in ("class.reports", "class.predictions"):
        assert [message["data"] for message in lesson.history(topic)] == [{"reset": 7}]
    assert len(lesson.history("chat")) == 1
    assert post(lesson, "class.control", {"reset": 7, "rate": 0}, TEACHER).status == 200
    assert len(lesson.history("class.reports")) == 1  # said again, it wipes nothing


# ---- through a door ----

def test_who_comes_by_a_door_from_elsewhere_is_not_of_this_machine(lesson, serve):
    everywhere = serve("--class", "--feed", "none", listen="0.0.0.0:0")
    own = [address["host"] for address in everywhere.get("/class").json()["addresses"]]
    if not own:
        pytest.skip("this machine has no IPv4 address but loopback, to come from")
    relay = Relay(lesson, "--listen", "0.0.0.0:0")
    try:
        relay.address = (own[0], relay.address[1])
        assert relay.get("/class").json()["own"] is False
        for topic in ("clock", "class.feed", "class.control"):
            assert_refused(post(relay, topic, {"any": 1}), 403)
        assert post(relay, "class.reports", {"who": "1"}).status == 200
        relay.address = ("127.0.0.1", relay.address[1])
        assert relay.get("/class").json()["own"] is True
    finally:
        relay.stop()


@pytest.mark.skipif(not shutil.which("setpriv"), reason="no setpriv (util-linux), which starts the doors")
@pytest.mark.parametrize("listen", [("--listen", "*:8901"), ("--listen=*:8901",)])
def test_the_students_door_leads_where_they_can_be_told_apart(listen, tmp_path):
    """To 127.0.0.1, of which there are many: localhost may be ::1, and that one is this machine's."""
    relay, config = tmp_path / "pushrelay", tmp_path / "config.json"
    relay.write_text(f'#!/bin/bash\ncat "${{@: -1}}" >{config}\n', encoding="ascii")
    relay.chmod(0o700)
    subprocess.run([ROOT / "bench/relay/with_doors", relay, BINARY, "--class", *listen],
                   stdin=subprocess.DEVNULL, timeout=PATIENCE_S, check=False)
    doors = {door["name"]: door for door in json.loads(config.read_text(encoding="ascii"))["doors"]}
    assert doors["~class"]["to"] == "127.0.0.1:8901"


def test_the_feed_alone_may_be_read_by_a_page_that_came_another_way(lesson):
    def allowed(server, topic):
        answer = server.get(f"/short_poll/{topic}", ("Origin", "http://192.0.2.7:8765"))
        return answer.header("access-control-allow-origin")
    assert allowed(lesson, "class.feed") == "*"
    assert [allowed(lesson, topic) for topic in ("class.reports", "class.control", "chat")] == [None] * 3


def test_a_class_page_may_ask_other_ports_of_any_address(lesson):
    def sources(path):
        policy = lesson.get(path).header("content-security-policy")
        return policy.partition("connect-src ")[2].partition(";")[0].split()
    assert set(sources("/class.html")) - set(sources("/")) == {"http:"}


# ---- finding it ----

def test_class_tells_who_asks_and_where_the_server_is(serve):
    told = serve("--class", "--feed", "none", listen="*:0").get("/class").json()
    assert (told["class"], told["own"]) == (True, True)
    for address in told["addresses"]:
        assert set(address) == {"interface", "host"}
        assert not address["host"].startswith(("127.", "[::1]", "[fe80"))


@pytest.mark.parametrize("listen, foreign", [("127.0.0.1:0", ""), ("0.0.0.0:0", "[")])
def test_class_tells_no_address_that_is_not_listened_on(serve, listen, foreign):
    server = serve("--class", "--feed", "none", listen=listen)
    assert not [host for host in server.get("/class").json()["addresses"] if host["host"].startswith(foreign)]


def test_the_short_address_leads_to_the_page(lesson):
    answer = lesson.get("/c")
    assert (answer.status, answer.header("location"), answer.body) == (302, "/class.html", b"")
    assert lesson.get("/c?lang=zh").header("location") == "/class.html?lang=zh"
    assert lesson.get("/class.html").status == 200


def test_without_class_there_is_none(serve):
    server = serve("--feed", "none")
    assert server.get("/class").json() == {"class": False}
    assert post(server, "class.control", {"muted": True}).status == 200  # a topic as any other
    assert post(server, "chat", {"text": "x"}).status == 200


def test_a_token_is_made_for_each_class(serve):
    tokens = set()
    for _ in range(2):
        server = serve("--class", "--feed", "none")
        line = b""
        while not line.endswith(b"\n"):
            line += server.process.stdout.read(1)
        found = re.fullmatch(rf"teacher http://{server.authority}/class\.html#token=([0-9a-f]{{32}})\n", line.decode())
        assert found, line
        tokens.add(found[1])
        headers = [("Authorization", f"Bearer {found[1]}")]
        assert post(server, "class.control", {"rate": 1}, headers).status == 200
    assert len(tokens) == 2


@pytest.mark.parametrize("any_address", ["*", "0.0.0.0"])
def test_all_addresses_by_a_star(serve, any_address):
    server = serve("--class", "--feed", "none", listen=f"{any_address}:0")
    assert server.host == "localhost"
    with http.HttpConnection(("127.0.0.2", server.port)) as connection:
        assert connection.ask("GET", "/healthz", host="192.0.2.7").status == 200


def test_a_token_file_that_is_not_there(tmp_path):
    result = run("--class", "--teacher-token", str(tmp_path / "none"))
    assert result.returncode == 2 and "teacher-token" in result.stderr
