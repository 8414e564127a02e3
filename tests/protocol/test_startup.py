# SPDX-License-Identifier: MIT
"""Starting, refusing to start, running out of files, stopping."""
import os
import re
import resource
import socket
import time

import pytest

from lib import http, sse
from lib.server import NDJSON_MODULE, SANITIZED, Server, run
from lib.wire import Late, until


# ---- options ----

def test_help_goes_to_standard_output_and_is_no_error():
    result = run("--help")
    assert result.returncode == 0 and result.stderr == ""
    for name in ("--listen", "--workers", "--origin", "--public", "--host", "--history", "--feed",
                 "--publish-token", "--transport", "--lab", "--config", "--message-limit"):
        assert name in result.stdout


def test_every_line_of_help_fits_a_terminal():
    assert max(map(len, run("--help").stdout.splitlines())) <= 100


def test_version():
    result = run("--version")
    assert result.returncode == 0 and result.stdout.startswith("pushlab ")


BAD = {
    "unknown option": (["--nonsense"], "--nonsense"),
    "argument without a name": (["8765"], "8765"),
    "no value": (["--workers"], "--workers"),
    "workers 0": (["--workers", "0"], "--workers"),
    "workers x": (["--workers", "x"], "--workers"),
    "workers too many": (["--workers", "1000000"], "--workers"),
    "workers negative": (["--workers", "-1"], "--workers"),
    "listen without a port": (["--listen", "localhost"], "--listen"),
    "listen port too high": (["--listen", "127.0.0.1:65536"], "65536"),
    "listen port x": (["--listen", "127.0.0.1:http"], "--listen"),
    "listen elsewhere": (["--listen", "203.0.113.1:8765"], "203.0.113.1"),
    "listen on a name that is none": (["--listen", "no.such.invalid:8765"], "no.such.invalid"),
    "history of one": (["--history", "10"], "--history"),
    "history of words": (["--history", "a,b,c"], "--history"),
    "history zero": (["--history", "0,1h,1M"], "--history"),
    "a unit that is none": (["--history", "10,1parsec,1M"], "--history"),
    "an unknown feed": (["--feed", "weather"], "weather"),
    "a feed's rate": (["--feed", "clock=x"], "--feed"),
    "a token file that is not there": (["--publish-token", "no/such/file"], "no/such/file"),
    "a module that is not there": (["--transport", "no/such/module.so"], "no/such/module.so"),
    "a module that is none": (["--transport", "LICENSE"], "LICENSE"),
    "a config that is not there": (["--config", "no/such/config"], "no/such/config"),
    "an origin pattern": (["--origin", "listed.example"], "--origin"),
    "a public topic": (["--public", "a b"], "--public"),
    "a size": (["--message-limit", "-5"], "--message-limit"),
    "a time": (["--heartbeat", "soon"], "--heartbeat"),
    "pages that are not there": (["--web", "no/such/folder"], "no/such/folder"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_option_says_in_one_line_what_is_wrong(name):
    arguments, mention = BAD[name]
    listen = [] if "--listen" in arguments else ["--listen", "127.0.0.1:0"]
    result = run(*listen, *arguments)
    assert result.returncode not in (0, None) and result.returncode > 0
    assert result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("pushlab: "), result.stderr
    assert mention in lines[0]


def test_a_near_miss_is_told_the_right_name():
    assert "--workers" in run("--wokers", "2").stderr


def test_an_empty_token_file_is_refused(tmp_path):
    empty = tmp_path / "empty"
    empty.write_text("\n", encoding="ascii")
    result = run("--listen", "127.0.0.1:0", "--publish-token", str(empty))
    assert result.returncode > 0 and "token" in result.stderr


def test_a_config_file_is_read_and_the_command_line_wins(serve, tmp_path):
    config = tmp_path / "pushlab.conf"
    config.write_text("# comment\npublish-limit = 10\nhistory = 2,1h,1M\nlab = yes\n",
                      encoding="ascii")
    server = serve("--config", str(config), "--publish-limit", "20")
    assert server.ask("POST", "/publish/t", [], b"x" * 20).status == 200
    assert server.ask("POST", "/publish/t", [], b"x" * 21).status == 413
    server.publish_many("t", "abc")
    assert len(server.history("t")) == 2


@pytest.mark.parametrize("text", ["nonsense = 1\n", "workers = x\n", "workers\n", "[x\n"])
def test_a_bad_config_names_file_and_line(tmp_path, text):
    config = tmp_path / "bad.conf"
    config.write_text("# first\n" + text, encoding="ascii")
    result = run("--listen", "127.0.0.1:0", "--config", str(config))
    assert result.returncode > 0
    assert "bad.conf" in result.stderr and re.search(r"\b2\b", result.stderr)


# ---- ports ----

def test_port_0_takes_a_free_one_and_says_which():
    with Server("--feed", "none") as first, Server("--feed", "none") as second:
        assert first.port != second.port
        first.assert_serves()
        second.assert_serves()


@pytest.mark.parametrize("reuse", [False, True], ids=["plain", "SO_REUSEPORT"])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_that_another_holds_is_an_error_that_names_it(reuse, workers):
    with socket.socket() as other:
        if reuse:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        result = run("--listen", f"127.0.0.1:{port}", "--workers", workers)
    assert result.returncode > 0 and result.stdout == ""
    assert port in result.stderr


def test_a_port_that_another_pushlab_holds_is_an_error():
    with Server("--workers", "2") as first:
        result = run("--listen", f"127.0.0.1:{first.port}", "--workers", "2")
        assert result.returncode > 0 and str(first.port) in result.stderr


def test_a_port_just_left_can_be_taken_again():
    with Server("--feed", "none") as first:
        port = first.port
        first.get("/short_poll/t?close=1")  # leaves a connection in TIME_WAIT at the server
    with Server("--feed", "none", listen=f"127.0.0.1:{port}") as second:
        second.assert_serves()


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")
def test_localhost_means_both_of_its_addresses():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Server("--feed", "none", listen=f"localhost:{port}"):
        for address in ("127.0.0.1", "::1"):
            with http.HttpConnection((address, port)) as connection:
                assert connection.ask("GET", "/healthz").status == 200


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")
def test_localhost_with_a_free_port_has_the_same_on_both():
    with Server("--feed", "none", listen="localhost:0") as server:
        for address in ("127.0.0.1", "::1"):
            with http.HttpConnection((address, server.port)) as connection:
                assert connection.ask("GET", "/healthz").status == 200


def test_two_addresses():
    with Server("--feed", "none", "--listen", "127.0.0.2:0") as server:
        server.assert_serves()


@pytest.mark.parametrize("workers", ["1", "2", "4"])
def test_any_number_of_workers_serves(workers, serve):
    server = serve("--workers", workers)
    assert server.get("/stats").json()["workers"] == int(workers)
    for _ in range(20):
        server.assert_serves()


def test_a_module_is_loaded_and_named(serve):
    assert NDJSON_MODULE.exists(), f"{NDJSON_MODULE} is not built"
    assert "ndjson" in serve().transports()


def test_a_module_loaded_twice_is_refused():
    result = run("--listen", "127.0.0.1:0", "--transport", str(NDJSON_MODULE),
                 "--transport", str(NDJSON_MODULE))
    assert result.returncode > 0 and "ndjson" in result.stderr


# ---- out of files ----

FILES = 64


@pytest.fixture
def starved(serve):
    return serve("--workers", "1", quiet=False, nofile=FILES)


def crowd(server):
    """Twice as many connections as it has files for; those that it has no room for wait in the
    kernel, or are told 503."""
    return [http.HttpConnection(server.address) for _ in range(2 * FILES)]


def test_out_of_files_the_cpu_stays_cool_and_the_log_short(starved):
    everybody = crowd(starved)
    before_s, lines_before = starved.cpu_s(), starved.errors().count(b"\n")
    started = time.monotonic()
    while (left := started + 2 - time.monotonic()) > 0:  # a span to measure over
        everybody[0].wait_readable(left)
        if everybody[0].ended:
            break
    span_s = max(time.monotonic() - started, 0.5)
    assert starved.cpu_s() - before_s < (0.5 if SANITIZED else 0.2) * span_s + 0.1
    assert starved.errors().count(b"\n") - lines_before <= span_s + 2
    for connection in everybody:
        connection.close()


def test_out_of_files_those_inside_are_still_served(starved):
    with sse.Stream(starved, "/sse/t") as stream:
        stream.start()
        publisher = starved.connect()
        assert publisher.ask("GET", "/healthz").status == 200
        everybody = crowd(starved)
        for number in range(5):
            assert publisher.ask("POST", "/publish/t", [], b"%d" % number).status == 200
            assert stream.next().data == str(number)
        for connection in [*everybody, publisher]:
            connection.close()


def test_when_files_are_free_again_newcomers_are_served(starved):
    for _ in range(3):
        everybody = crowd(starved)
        for connection in everybody:
            connection.close()

        def served():
            try:
                with starved.connect() as connection:
                    connection.send(http.build("GET", "/healthz"))
                    return connection.read_response(timeout=1).status == 200
            except (AssertionError, OSError, Late):
                return False

        until(served, "a newcomer is served")


def test_the_open_file_limit_is_raised_to_what_is_allowed():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Server("--feed", "none") as server:
        with open(f"/proc/{server.process.pid}/limits", encoding="ascii") as limits:
            line = next(line for line in limits if line.startswith("Max open files"))
        assert int(line.split()[3]) >= min(soft, hard)


# ---- the process ----

def test_accepted_connections_are_not_inherited(serve):
    """Every file of the server is close-on-exec."""
    server = serve()
    with server.connect() as connection, sse.Stream(server, "/sse/t") as stream:
        assert connection.ask("GET", "/healthz").status == 200
        stream.start()
        base = f"/proc/{server.process.pid}"
        for name in os.listdir(f"{base}/fd"):
            if int(name) <= 2:
                continue
            with open(f"{base}/fdinfo/{name}", encoding="ascii") as info:
                flags = int(re.search(r"flags:\s*(\d+)", info.read())[1], 8)
            assert flags & os.O_CLOEXEC, os.readlink(f"{base}/fd/{name}")


def test_a_closed_standard_output_ends_nothing(serve):
    server = serve()
    server.process.stdout.close()
    for _ in range(3):
        server.assert_serves()


def test_a_closed_standard_error_is_no_sockets_number(serve):
    """A line of the log would go to a peer."""
    server = serve(before_exec=lambda: os.close(2))
    assert os.readlink(f"/proc/{server.process.pid}/fd/2") == "/dev/null"
    server.assert_serves()
