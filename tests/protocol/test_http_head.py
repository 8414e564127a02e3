# SPDX-License-Identifier: MIT
"""The head of a request: what is doubtful is refused, never repaired."""
import pytest

from lib import http

HOST = b"Host: localhost\r\n"
MALFORMED = {
    "line feeds only": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "line feed behind the request line": b"GET / HTTP/1.1\nHost: localhost\r\n\r\n",
    "line feed behind a header": b"GET / HTTP/1.1\r\nHost: localhost\n\r\n",
    "line feed as the blank line": b"GET / HTTP/1.1\r\nHost: localhost\r\n\n",
    "carriage return in the request line": b"GET /\r HTTP/1.1\r\n" + HOST + b"\r\n",
    "carriage return in a value": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\rc\r\n\r\n",
    "carriage returns only": b"GET / HTTP/1.1\rHost: localhost\r\r",
    "nul in the path": b"GET /\0 HTTP/1.1\r\n" + HOST + b"\r\n",
    "nul in a name": b"GET / HTTP/1.1\r\n" + HOST + b"Origin\0Z: a\r\n\r\n",
    "nul in a value": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\0c\r\n\r\n",
    "control in a value": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\x01c\r\n\r\n",
    "delete in a value": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\x7fc\r\n\r\n",
    "escape in the path": b"GET /\x1b HTTP/1.1\r\n" + HOST + b"\r\n",
    "folded by a space": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n c\r\n\r\n",
    "folded by a tab": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n\tc\r\n\r\n",
    "space before the first header": b"GET / HTTP/1.1\r\n " + HOST + b"\r\n",
    "space before a colon": b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "space in a name": b"GET / HTTP/1.1\r\n" + HOST + b"A b: c\r\n\r\n",
    "8-bit name": b"GET / HTTP/1.1\r\n" + HOST + b"\xc3\xa9: c\r\n\r\n",
    "empty name": b"GET / HTTP/1.1\r\n" + HOST + b": c\r\n\r\n",
    "no colon": b"GET / HTTP/1.1\r\n" + HOST + b"Abc\r\n\r\n",
    "parenthesis in a name": b"GET / HTTP/1.1\r\n" + HOST + b"A(: c\r\n\r\n",
    "space in the path": b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n",
    "two spaces": b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n",
    "two spaces before the version": b"GET /  HTTP/1.1\r\n" + HOST + b"\r\n",
    "tabs as separators": b"GET\t/\tHTTP/1.1\r\n" + HOST + b"\r\n",
    "space before the method": b" GET / HTTP/1.1\r\n" + HOST + b"\r\n",
    "space behind the version": b"GET / HTTP/1.1 \r\n" + HOST + b"\r\n",
    "no path": b"GET HTTP/1.1\r\n" + HOST + b"\r\n",
    "relative path": b"GET healthz HTTP/1.1\r\n" + HOST + b"\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "version in lower case": b"GET / http/1.1\r\n" + HOST + b"\r\n",
    "version cut": b"GET / HTTP/1\r\n" + HOST + b"\r\n",
    "version without a point": b"GET / HTTP/11\r\n" + HOST + b"\r\n",
    "another protocol": b"GET / FTP/1.1\r\n" + HOST + b"\r\n",
    "two digits": b"GET / HTTP/1.10\r\n" + HOST + b"\r\n",
    "method with a bracket": b"GE(T / HTTP/1.1\r\n" + HOST + b"\r\n",
    "empty method": b" / HTTP/1.1\r\n" + HOST + b"\r\n",
    "asterisk for GET": b"GET * HTTP/1.1\r\n" + HOST + b"\r\n",
    "tls hello": bytes.fromhex("16030100c8010000c40303") + bytes(200),
    "noise": bytes(range(128, 256)) * 4,
    "fragment in the target": b"GET /healthz#x HTTP/1.1\r\n" + HOST + b"\r\n",
}
VERSIONS = ["HTTP/9.9", "HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0"]
HOSTS = {
    "none": b"",
    "two": HOST + HOST,
    "two that differ": HOST + b"Host: evil.example\r\n",
    "a space": b"Host: local host\r\n",
    "a slash": b"Host: localhost/\r\n",
    "a user": b"Host: user@localhost\r\n",
    "a list": b"Host: localhost, localhost\r\n",
    "a bad port": b"Host: localhost:80x\r\n",
    "a port too high": b"Host: localhost:65536\r\n",
    "an open bracket": b"Host: [::1\r\n",
}


def status_and_end(server, request):
    """The status of the one answer, behind which the connection must end cleanly."""
    with server.connect() as connection:
        connection.send_as_far_as_possible(request)
        answer = connection.read_response()
        assert "close" in answer.lists("connection"), answer
        connection.assert_closed_cleanly()
        return answer.status


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_head_is_400(server, name):
    status = status_and_end(server, MALFORMED[name])
    assert status == 400 or (status == 505 and "version" in name)


@pytest.mark.parametrize("version", VERSIONS)
def test_other_versions_are_505(server, version):
    assert status_and_end(server, http.build("GET", "/healthz", version=version)) == 505


@pytest.mark.parametrize("version", ["HTTP/257.257", "HTTP/1.1.1", "HTTP/-1.1", "HTTP/x.y", "HTTP/"])
def test_what_is_no_version_is_400_or_505(server, version):
    assert status_and_end(server, http.build("GET", "/healthz", version=version)) in (400, 505)


@pytest.mark.parametrize("name", HOSTS)
def test_a_bad_host_is_400(server, name):
    assert status_and_end(server, b"GET /healthz HTTP/1.1\r\n" + HOSTS[name] + b"\r\n") == 400


def test_http_1_0_needs_no_host(server):
    with server.connect() as connection:
        connection.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert connection.read_response().status == 200
        connection.assert_closed_cleanly()


@pytest.mark.parametrize("value", ["", "a", " a", "a ", "a\tb", "é", '"q"', "a:b", "a,b;c=d"])
def test_ordinary_header_values_are_taken(server, value):
    answer = server.get("/healthz", ("X-Anything", value.encode().decode("latin-1")))
    assert answer.status == 200


def test_names_of_headers_have_no_case(server):
    with server.connect() as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\nhOsT:localhost\r\ncOnNeCtIoN:cLoSe\r\n\r\n")
        assert connection.read_response().status == 200
        connection.assert_closed_cleanly()


def test_one_empty_line_before_a_request_never_stalls(server):
    """RFC 9112, 2.2: a server should skip it; to refuse it is safe, too; to wait is not."""
    with server.connect() as connection:
        connection.send(b"\r\n" + http.build("GET", "/healthz"))
        assert connection.read_response().status in (200, 400)


# ---- limits: 431, 414 ----

BOMBS = {
    "10,000 headers": b"GET / HTTP/1.1\r\n" + HOST + b"".join(
        b"X-%d: y\r\n" % i for i in range(10_000)) + b"\r\n",
    "65 headers": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n" * 65 + b"\r\n",
    "a line of 100 KB": b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"b" * 100_000 + b"\r\n\r\n",
    "a name of 100 KB": b"GET / HTTP/1.1\r\n" + HOST + b"A" * 100_000 + b": b\r\n\r\n",
    "a head of 8 MB": b"GET / HTTP/1.1\r\n" + HOST + (b"A: " + b"b" * 1000 + b"\r\n") * 8000,
    "a line without end": b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"b" * 200_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_head_too_large_is_431(server, name):
    before = server.memory_bytes()
    with server.connect() as connection:
        connection.send_as_far_as_possible(BOMBS[name])
        answer = connection.read_response()
        assert answer.status == 431
        connection.read_to_end()
    assert server.memory_bytes() - before < 16 << 20


@pytest.mark.parametrize("target", [b"/" + b"a" * 100_000, b"/?" + b"a" * 100_000,
                                    b"http://localhost/" + b"a" * 100_000])
def test_a_target_too_long_is_414(server, target):
    with server.connect() as connection:
        connection.send_as_far_as_possible(b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n")
        assert connection.read_response().status == 414
        connection.read_to_end()


def test_a_method_without_end_is_refused(server):
    with server.connect() as connection:
        connection.send_as_far_as_possible(b"G" * 200_000)
        assert connection.read_response().status in (400, 414, 431, 501)
        connection.read_to_end()


def test_an_ordinary_browsers_head_fits(server):
    headers = [(f"X-Header-{i}", "v" * 100) for i in range(40)]
    assert server.get("/healthz", *headers).status == 200


def test_a_bad_head_is_refused_before_its_end(server):
    with server.connect() as connection:
        connection.send(b"GET / HTTP/1.1\r\nBad Name: x")
        assert connection.read_response().status == 400


# ---- methods and targets ----

@pytest.mark.parametrize("method", ["FOO", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "get",
                                    "Get", "POSTX", "M-SEARCH"])
@pytest.mark.parametrize("path", ["/healthz", "/short_poll/t", "/sse/t", "/publish/t"])
def test_other_methods_are_405_or_501(server, method, path):
    answer = server.ask(method, path)
    assert answer.status in (405, 501)
    if answer.status == 405:
        assert "get" in answer.lists("allow") or "post" in answer.lists("allow")


@pytest.mark.parametrize("target", ["localhost:80", "/", "localhost"])
def test_connect_is_refused(server, target):
    assert server.ask("CONNECT", target).status in (400, 405, 501)


def test_options_of_the_server_is_204(server):
    answer = server.ask("OPTIONS", "*")
    assert answer.status == 204
    assert {"get", "head", "post", "options"} <= set(answer.lists("allow") or
                                                      ["get", "head", "post", "options"])


def test_absolute_form_is_accepted(server):
    answer = server.get(f"http://{server.authority}/short_poll/absolute?since=now")
    assert answer.status == 200 and answer.json()["topic"] == "absolute"


def test_absolute_form_wins_over_host(server):
    """RFC 9112, 3.2.2."""
    assert server.ask("GET", f"http://{server.authority}/healthz", host="evil.example").status == 200
    assert server.ask("GET", "http://evil.example/healthz", host=server.authority).status == 421


@pytest.mark.parametrize("target", ["http://", "http:///healthz", "https//x", "ftp://localhost/",
                                    "http://user@localhost/healthz", "//localhost/healthz"])
def test_other_targets_are_refused(server, target):
    assert server.get(target).status in (400, 404, 421)
