# SPDX-License-Identifier: MIT
"""Starts the real server, waits for its ready line, and holds it to good manners at the end."""
import os
import pathlib
import re
import resource
import select
import signal
import subprocess
import tempfile
import time

from . import http
from .wire import PATIENCE_S, SCALE, until

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("PUSHLAB", ROOT / "build/server/pushlab")).resolve()
MODULES = BINARY.parent.parent / "transports"
NDJSON_MODULE = MODULES / "ndjson.so"
READY = re.compile(r"ready http://(\S+):(\d+)/\s*\Z")
SANITIZER = re.compile(rb"(Address|Thread|Leak|Memory|UndefinedBehavior)Sanitizer|runtime error:")


def _is_sanitized():
    """Whether the binary is an ASan, TSan or UBSan build: then memory tells nothing."""
    binary = BINARY.read_bytes() if BINARY.exists() else b""
    return any(word in binary for word in (b"__asan_init", b"__tsan_init", b"__ubsan_handle"))


SANITIZED = _is_sanitized()
# Pages without a script are transports as well; once, in the plain build, is enough for them.
PAGES = () if SANITIZED else ("html", "html_short_poll", "html_long_poll")
EXIT_LIMIT_S = 5.0 * (SCALE if SANITIZED else 1)  # SIGTERM to exit: what is promised


class Server:
    """A running pushlab. `options` are command-line arguments; listen=None keeps its default.

    quiet=False allows lines on standard error (for cases in which the server should complain).
    nofile limits its file descriptors. before_exec is called in the child, before the program is.
    """

    def __init__(self, *options, listen="127.0.0.1:0", quiet=True, nofile=None, env=None,
                 before_exec=None):
        assert BINARY.exists(), f"no server at {BINARY}: build it, or name it by PUSHLAB="
        self.arguments = [str(BINARY)]
        if listen is not None:
            self.arguments += ["--listen", listen]
        self.arguments += [str(option) for option in options]
        self.quiet = quiet
        self.stderr = tempfile.TemporaryFile()
        self.told_to_stop = False

        def prepare():
            if nofile:
                resource.setrlimit(resource.RLIMIT_NOFILE, (nofile, nofile))
            if before_exec:
                before_exec()

        self.process = subprocess.Popen(
            self.arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.stderr,
            cwd=ROOT, env={**os.environ, **(env or {})},
            preexec_fn=prepare if nofile or before_exec else None)
        try:
            self.host, self.port = self._await_ready()
        except BaseException:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            raise
        self.address = (self.host.strip("[]"), self.port)
        self.authority = f"{self.host}:{self.port}"

    def _await_ready(self):
        line = b""
        deadline = time.monotonic() + PATIENCE_S
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            assert select.select([self.process.stdout], [], [], max(left, 0))[0], "no ready line"
            piece = os.read(self.process.stdout.fileno(), 1)
            assert piece, (f"{' '.join(self.arguments)} ended with {self.process.wait()}: "
                           f"{self.errors().decode(errors='replace')}")
            line += piece
        ready = READY.match(line.decode())
        assert ready, f"not a ready line: {line!r}"
        return ready[1], int(ready[2])

    # ---- the process ----

    def errors(self):
        self.stderr.seek(0)
        return self.stderr.read()

    def alive(self):
        return self.process.poll() is None

    def memory_bytes(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * resource.getpagesize()

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def open_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def await_open_files(self, count):
        """Waits until no more files are open than before."""
        until(lambda: self.open_files() <= count, f"at most {count} open files")

    def terminate(self):
        self.told_to_stop = True
        self.process.send_signal(signal.SIGTERM)

    def wait(self, timeout=EXIT_LIMIT_S):
        return self.process.wait(timeout)

    def stop(self):
        """SIGTERM must end it with 0 in time, and it must have had nothing to complain about."""
        if self.alive() and not self.told_to_stop:
            self.terminate()
        try:
            status = self.wait()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = f"nothing within {EXIT_LIMIT_S} s of SIGTERM"
        self.process.stdout.close()
        errors = self.errors()
        self.stderr.close()
        assert not SANITIZER.search(errors), errors.decode(errors="replace")
        assert status == 0, f"exit status {status}; {errors.decode(errors='replace')}"
        assert not (self.quiet and errors), f"on standard error: {errors.decode(errors='replace')}"

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.stop()
        else:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.stderr.close()

    # ---- talking to it ----

    def connect(self, **how):
        return http.HttpConnection(self.address, **how)

    def ask(self, method, path, headers=(), body=None, host=None, timeout=PATIENCE_S):
        """One request on a connection of its own."""
        with self.connect() as connection:
            return connection.ask(method, path, headers, body, host or self.authority, timeout)

    def get(self, path, *headers):
        return self.ask("GET", path, headers)

    def publish(self, topic, data, content_type="text/plain", event=None):
        """Publishes and gives the acknowledgement: id, seq, subscribers."""
        if isinstance(data, str):
            data = data.encode()
        headers = [("Content-Type", content_type)]
        if event is not None:
            headers.append(("Pushlab-Event", event))
        answer = self.ask("POST", f"/publish/{topic}", headers, data)
        assert answer.status == 200, answer
        return answer.json()

    def publish_many(self, topic, items):
        """Publishes texts over one connection, one after the other; the acknowledgements."""
        acknowledged = []
        with self.connect() as connection:
            for item in items:
                answer = connection.ask("POST", f"/publish/{topic}", [("Content-Type", "text/plain")],
                                        item.encode())
                assert answer.status == 200, answer
                acknowledged.append(answer.json())
        return acknowledged

    def head_cursor(self, topic):
        return self.get(f"/short_poll/{topic}?since=now").json()["next"]

    def history(self, topic):
        """All that is held, oldest first, as JSON messages."""
        messages, since = [], "first"
        while True:
            batch = self.get(f"/short_poll/{topic}?since={since}&limit=1000").json()
            if not batch["messages"]:
                return messages
            messages += batch["messages"]
            since = batch["next"]

    def topics(self):
        """`GET /topics` by name."""
        listing = self.get("/topics").json()
        rows = listing["topics"] if isinstance(listing, dict) else listing
        return {row["name"]: row for row in rows}

    def subscribers(self, topic):
        return self.topics().get(topic, {}).get("subscribers", 0)

    def await_subscribers(self, topic, count):
        """Waits until just so many hold or stream this topic."""
        until(lambda: self.subscribers(topic) == count, f"{count} subscribers of {topic}")

    def transports(self):
        """The names in `GET /transports`."""
        listing = self.get("/transports").json()
        rows = listing["transports"] if isinstance(listing, dict) else listing
        return [row if isinstance(row, str) else row["name"] for row in rows]

    def assert_serves(self):
        """The server still answers a newcomer."""
        assert self.get("/healthz").status == 200


class Turn:
    """A barrier without a clock: one round trip on a connection of the same worker shows that
    the server has handled whatever reached it before (with `--workers 1`)."""

    def __init__(self, server):
        self.connection = server.connect()

    def wait(self):
        assert self.connection.ask("GET", "/time").status == 200

    def close(self):
        self.connection.close()


def with_defaults(options):
    """What servers under test get beside their own options: the loaded transports, and no feed."""
    options = list(options)
    if "--feed" not in options:
        options += ["--feed", "none"]
    return options + module_options("ndjson", *PAGES)


def module_options(*names):
    """What loads these transports, as far as they have been built."""
    paths = [str(MODULES / f"{name}.so") for name in names if (MODULES / f"{name}.so").exists()]
    return [word for path in paths for word in ("--transport", path)]


def run(*arguments, timeout=PATIENCE_S, before_exec=None):
    """Runs the binary to its end."""
    return subprocess.run([str(BINARY), *arguments], stdin=subprocess.DEVNULL, cwd=ROOT,
                          capture_output=True, timeout=timeout, text=True, check=False,
                          preexec_fn=before_exec)
