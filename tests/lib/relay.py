# SPDX-License-Identifier: MIT
"""pushrelay under test: starts it, speaks to its control socket, and plays the server behind it
where a case needs one that does as it is told."""
import json
import os
import pathlib
import re
import resource
import select
import signal
import socket
import subprocess
import tempfile
import time

from .http import HttpConnection
from .server import BINARY, EXIT_LIMIT_S, SANITIZER
from .wire import PATIENCE_S, Connection, until

RELAY = pathlib.Path(os.environ.get(
    "PUSHRELAY", BINARY.parent.parent / "bench" / "relay" / "pushrelay")).resolve()
DOOR_LINE = re.compile(r"(?:door (\S+)|ready) http://(\S+):(\d+)/\n")
CONTROL_LINE = re.compile(r"control (\S+)\n")


def run(*arguments):
    """Runs the program to its end."""
    return subprocess.run([str(RELAY), *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False)


class Door:
    """One of a relay's doors, with as much of a Server's face as clients need."""

    def __init__(self, host, port, authority):
        self.address = (host.strip("[]"), int(port))
        self.authority = authority or f"{host}:{port}"

    def connect(self, **how):
        return HttpConnection(self.address, **how)

    def ask(self, method, path, headers=(), body=None):
        with self.connect() as connection:
            return connection.ask(method, path, headers, body, self.authority)

    def get(self, path, *headers):
        return self.ask("GET", path, headers)


class Relay(Door):
    """A running pushrelay. to: a Server, an Origin or None. Its first door is the relay itself,
    all are in `doors` by name."""

    def __init__(self, to, *options, nofile=None, control="0"):
        self.arguments = [str(RELAY), *map(str, options)]
        if to is not None:
            self.arguments += ["--to", f"{to.address[0]}:{to.address[1]}"]
        if control:
            self.arguments += ["--control", str(control)]
        self.errors = tempfile.TemporaryFile()
        limit = None
        if nofile:
            def limit():
                resource.setrlimit(resource.RLIMIT_NOFILE, (nofile, nofile))
        self.process = subprocess.Popen(self.arguments, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self.errors,
                                        preexec_fn=limit)
        authority = to.authority if to is not None else None
        self.doors, self.control_address, self.control = {}, None, None
        try:
            lines = self._read_ready()
        except BaseException:
            self.process.kill()
            self._forget()
            raise
        for line in lines:
            if named := CONTROL_LINE.match(line):
                self.control_address = named[1]
            elif found := DOOR_LINE.match(line):
                door = Door(found[2], found[3], authority)
                self.doors[found[1] or "first"] = door
        super().__init__(*self.doors["first"].address, authority)

    def _read_ready(self):
        text, deadline = b"", time.monotonic() + PATIENCE_S
        while b"ready " not in text or not text.endswith(b"\n"):
            left = deadline - time.monotonic()
            assert select.select([self.process.stdout], [], [], max(left, 0))[0], "no ready line"
            piece = os.read(self.process.stdout.fileno(), 4096)
            assert piece, f"ended with {self.process.wait()}: {self._errors()}"
            text += piece
        return text.decode().splitlines(keepends=True)

    def _errors(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    # ---- its control socket ----

    def command_text(self, text):
        """Sends a line, gives the answer."""
        if self.control is None:
            host, port = self.control_address.rsplit(":", 1)
            self.control = Connection((host, int(port)))
        self.control.send(text + b"\n")
        return json.loads(self.control.read_until(b"\n"))

    def command(self, **what):
        answer = self.command_text(json.dumps(what).encode())
        assert "error" not in answer, answer
        return answer

    def set(self, **faults):
        return self.command(set=faults)

    def state(self):
        """Of the first door."""
        return self.command(get="state")["doors"][0]

    def count(self, name):
        return self.state()["counts"][name]

    def await_count(self, name, count):
        until(lambda: self.count(name) >= count, f"{name} to be {count}: {self.state()}")

    # ---- the process ----

    def stop(self, number=signal.SIGTERM):
        """A signal must end it with 0 in time, and it must have had nothing to complain about."""
        if self.control is not None:
            self.control.close()
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(EXIT_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = f"nothing within {EXIT_LIMIT_S} s"
        errors = self._errors()
        self._forget()
        assert not SANITIZER.search(errors.encode()), errors
        assert status == 0, f"{status}: {errors}"
        assert not errors, errors

    def _forget(self):
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.stop()
        else:
            self.process.kill()
            self._forget()


class Accepted(HttpConnection):
    """The server's side of a connection, in the hands of a test."""

    def __init__(self, accepted):  # pylint: disable=super-init-not-called
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = accepted
        self.buffer = bytearray()
        self.ended = self.was_reset = False


class Origin:
    """A server that is the test itself."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE_S)
        self.address = self.listener.getsockname()
        self.authority = f"127.0.0.1:{self.address[1]}"
        self.accepted = []

    def accept(self):
        self.accepted.append(Accepted(self.listener.accept()[0]))
        return self.accepted[-1]

    def accept_after(self, client, data):
        """The connection that the client's bytes bring."""
        client.send(data)
        return self.accept()

    def close(self):
        self.listener.close()
        for connection in self.accepted:
            connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
