# SPDX-License-Identifier: MIT
"""Transports for pages without a script: what was published is never markup; the way on is in the
page; pictures replace each other. Order, gaps and resuming are the contract suite's."""
import base64
import html
import re
from urllib.parse import urljoin

import pytest

from lib import http
from lib.server import PAGES as ALREADY
from lib.server import module_options

PAGES = ("html", "html_short_poll", "html_long_poll")
MODULES = module_options("multipart", *(page for page in PAGES if page not in ALREADY))
SERVER_OPTIONS = ["--lab", "--workers", "1", *MODULES]
MARKUP = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</pre><h1>", "<!--",
          "]]>", "&lt;b&gt; &amp; &#60;", "'\"`=/", "</article>\n<article id=\"forged-1\">")
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
DELIMITER = b"--pushlab-part-0b6f2a97c4d1"
PART = DELIMITER + b"\r\nContent-Type: image/png\r\n\r\n"


def page_of(server, name, topic, since="first"):
    """What a browser has once the first message is there."""
    with server.connect() as connection:
        connection.send(http.build("GET", f"/{name}/{topic}?since={since}", host=server.authority))
        head = connection.read_head()
        return head, connection.read_until(b"</article>\n").decode()


def refresh_of(page):
    seconds, url = re.search(r'<meta http-equiv="refresh" content="(\d+); url=([^"]+)">', page).groups()
    return int(seconds), html.unescape(url)


# ---- never markup ----

@pytest.mark.parametrize("text", MARKUP)
@pytest.mark.parametrize("name", PAGES)
def test_published_text_is_text(server, topic, name, text):
    server.publish(topic, text)
    _, page = page_of(server, name, topic)
    inside = re.search(r"<pre>\n(.*)</pre></article>\n\Z", page, re.DOTALL)[1]
    assert html.unescape(inside) == text
    assert not set("<>\"'") & set(inside)


@pytest.mark.parametrize("name", PAGES)
def test_an_events_name_is_text_too(server, topic, name):
    server.publish(topic, "x", event='"><script>')
    _, page = page_of(server, name, topic)
    assert 'data-event="&quot;&gt;&lt;script&gt;"' in page and "<script" not in page


@pytest.mark.parametrize("name", PAGES)
def test_json_is_shown_as_it_was_published(server, topic, name):
    server.publish(topic, b'{"a": "<b>"}', "application/json")
    assert "{&quot;a&quot;: &quot;&lt;b&gt;&quot;}" in page_of(server, name, topic)[1]


@pytest.mark.parametrize("name", PAGES)
def test_no_script_is_allowed_whatever_gets_in(server, topic, name):
    server.publish(topic, "x")
    head, _ = page_of(server, name, topic)
    assert head.header("content-type") == "text/html; charset=utf-8"
    policy = head.header("content-security-policy")
    assert "default-src 'none'" in policy and "script" not in policy and "unsafe" not in policy
    assert head.header("x-content-type-options") == "nosniff"


@pytest.mark.parametrize("name", PAGES)
def test_a_picture_is_shown_and_other_bytes_are_not(server, topic, name):
    server.publish(topic, PICTURE, "application/octet-stream")
    shown = f'src="data:image/png;base64,{base64.b64encode(PICTURE).decode()}"'
    assert shown in page_of(server, name, topic)[1]
    server.publish(topic, b"<svg onload=x>", "application/octet-stream")
    assert "<code>PHN2ZyBvbmxvYWQ9eD4=</code>" in page_of(server, name, topic, "-1")[1]


# ---- the way on ----

@pytest.mark.parametrize("name, seconds", [("html_short_poll", 2), ("html_long_poll", 0)])
def test_each_page_names_the_next(server, topic, name, seconds):
    path = f"/{name}/{topic}"
    for text in ("one", "two"):
        server.publish(topic, text)
        answer = server.get(path + ("" if text == "one" else "?since=-1"))
        page = answer.body.decode()
        after, address = refresh_of(page)
        assert after == seconds and f"<pre>\n{text}</pre>" in page
        assert urljoin(path, address) == f"{path}?since={answer.header('pushlab-next')}"
    with server.connect() as connection:
        connection.send(http.build("GET", urljoin(path, address + "&wait=60"), host=server.authority))
        if seconds == 0:  # held until there is something
            server.await_subscribers(topic, 1)
            server.publish(topic, "three")
        page = connection.read_response().body.decode()
    assert ("three" in page) == (seconds == 0) and ("Nothing new" in page) == (seconds != 0)


@pytest.mark.parametrize("name", ["html_short_poll", "html_long_poll"])
def test_the_way_on_names_all_topics(server, topic, name):
    path = f"/{name}?topics={topic},other&wait=0"
    _, address = refresh_of(server.get(path).body.decode())
    assert address.startswith(f"?topics={topic},other&since={topic}:")
    server.publish("other", "news")
    assert "<pre>\nnews</pre>" in server.get(urljoin(path, address)).body.decode()


# ---- pictures ----

def parts(server, topic, since):
    connection = server.connect()
    connection.send(http.build("GET", f"/multipart/{topic}?since={since}", host=server.authority))
    head = connection.read_head()
    boundary = head.header("content-type").partition("boundary=")[2].encode()
    assert b"--" + boundary == DELIMITER
    assert connection.read_until(PART) == PART
    return connection


def test_a_picture_is_whole_before_the_next_one_comes(server, topic):
    """Browsers show it when they have the next part's head: that comes at once."""
    with parts(server, topic, "now") as connection:
        for number in range(3):
            picture = PICTURE + bytes([number])
            server.publish(topic, picture, "application/octet-stream")
            assert connection.read_until(PART) == picture + b"\r\n" + PART


def test_the_newest_picture_comes_first_and_older_ones_never(server, topic):
    for number in range(5):
        server.publish(topic, PICTURE + bytes([number]), "application/octet-stream")
    with parts(server, topic, "first") as connection:
        assert connection.read_until(PART).startswith(PICTURE + b"\4")


@pytest.mark.parametrize("data", [b"no picture", PICTURE + DELIMITER + b"\r\n\r\nforged",
                                  PICTURE + PART + PICTURE])
def test_what_is_no_picture_and_what_forges_parts_is_shown_as_nothing(server, topic, data):
    server.publish(topic, data, "application/octet-stream")
    with parts(server, topic, "-1") as connection:
        part = connection.read_until(PART)
        assert part.startswith(b"GIF89a") and len(part) < 200


def test_pictures_end_with_the_server(serve):
    server = serve(*MODULES)
    server.publish("t", PICTURE, "application/octet-stream")
    with parts(server, "t", "-1") as connection:
        connection.read_until(PART)
        server.terminate()
        assert connection.read_to_end() == b"\r\n" + DELIMITER + b"--\r\n"


def test_a_page_that_streams_ends_with_the_way_on(serve):
    server = serve(*MODULES)
    head = server.publish("t", "x")["id"]
    with server.connect() as connection:
        connection.send(http.build("GET", "/html/t", host=server.authority))
        connection.read_head()
        server.terminate()
        page = connection.read_to_end().decode()
    assert page.endswith(f'<a href="?since={head}">The server is going. Go on</a></p>\n</body></html>\n')
