# SPDX-License-Identifier: MIT
"""Text browsers, which run no script: they show what was published, and get a held page as well."""
import os
import shutil
import subprocess

import pytest

from lib.wire import PATIENCE_S

BROWSERS = {
    "w3m": ["w3m", "-dump"],
    "lynx": ["lynx", "-dump", "-nolist", "-cfg=/dev/null"],
    "links": ["links", "-dump"],
}


@pytest.fixture(params=BROWSERS)
def show(request, tmp_path, server):
    """Starts the browser on a page of the server; its process."""
    if not shutil.which(request.param):
        pytest.skip(f"{request.param} is not installed: apt install {request.param}")
    env = {**os.environ, "HOME": str(tmp_path), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    env = {name: value for name, value in env.items() if not name.lower().endswith("_proxy")}
    started = []

    def start(path):
        started.append(subprocess.Popen(
            [*BROWSERS[request.param], f"http://{server.authority}{path}"], env=env,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def text_of(process):
    return process.communicate(timeout=PATIENCE_S)[0].decode()


@pytest.mark.parametrize("way", ["html_short_poll", "html_long_poll"])
def test_what_was_published_is_shown_with_the_way_on(server, topic, show, way):
    after = server.publish(topic, "a <b>bold</b> word")["id"]
    text = text_of(show(f"/{way}/{topic}"))
    assert "a <b>bold</b> word" in text
    assert f"?since={after}" in text, "the refresh, which they offer as a link"


def test_a_held_page_is_waited_for(server, topic, show):
    head = server.publish(topic, "old")["id"]
    process = show(f"/html_long_poll/{topic}?since={head}&wait=60")
    server.await_subscribers(topic, 1)
    server.publish(topic, "news")
    assert "news" in text_of(process)
