# SPDX-License-Identifier: MIT
"""What server/PROTOCOL.md and server/DEPLOYING.md tell people to copy works as it stands there."""
import itertools
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]


def block(document, language):
    """The first block of this language in the document."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.search(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[1]


def test_the_client_in_python(server, topic, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    names = {}
    definition, loop = block("server/PROTOCOL.md", "python").split("\nfor message in ")
    exec(definition, names)  # pylint: disable=exec-used
    assert re.match(r'messages\("http://localhost:8765/long_poll/clock"\):\n', loop)
    server.publish_many(topic, "abc")
    told = names["messages"](f"http://{server.authority}/long_poll/{topic}", "first")
    assert [message["data"] for message in itertools.islice(told, 3)] == ["a", "b", "c"]
    server.publish(topic, "d")
    assert next(told)["data"] == "d"


def test_the_configuration(serve, tmp_path):
    config = tmp_path / "pushlab.conf"
    text = block("server/DEPLOYING.md", "ini")
    config.write_text(text.replace("/opt/pushlab/web", str(ROOT / "web")), encoding="utf-8")
    server = serve("--config", str(config))
    for host, status in (("push.example", 200), ("other.example", 421)):
        assert server.ask("GET", "/healthz", host=host).status == status
