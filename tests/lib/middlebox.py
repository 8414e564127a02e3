# SPDX-License-Identifier: MIT
"""Products between a client and the server under test, with the configurations of `pushbench
compat` (bench/compat/middleboxes/): nginx and the like, where they are installed."""
import os
import pathlib
import pwd
import grp
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from .relay import Door
from .server import ROOT
from .wire import PATIENCE_S

CONFIGURATIONS = ROOT / "bench" / "compat" / "middleboxes"
FOLDERS = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
STARTS = 3  # a port that is free now may be taken a moment later
COMMANDS = {
    "nginx": ("nginx", "-e", "{{folder}}/error.log", "-p", "{{folder}}", "-c", "{{config}}"),
    "haproxy": ("haproxy", "-db", "-f", "{{config}}"),
    "apache": ("apache2", "-DFOREGROUND", "-f", "{{config}}"),
    "lighttpd": ("lighttpd", "-D", "-f", "{{config}}"),
    "caddy": ("caddy", "run", "--config", "{{config}}", "--adapter", "caddyfile"),
    "varnish": ("varnishd", "-F", "-j", "none", "-n", "{{folder}}", "-a", "127.0.0.1:{{port}}",
                "-f", "{{config}}", "-s", "malloc,32m", "-T", "none"),
    "squid": ("squid", "-N", "-f", "{{config}}", "-n", "pushlabtest{{port}}"),
    "tinyproxy": ("tinyproxy", "-d", "-c", "{{config}}"),
    "privoxy": ("privoxy", "--no-daemon", "{{config}}"),
}
COMMANDS |= {"nginx-cache": COMMANDS["nginx"], "nginx-gzip": COMMANDS["nginx"],
             "squid-reverse": COMMANDS["squid"]}


def installed(name):
    """Whether the product is here."""
    return shutil.which(COMMANDS[name][0], path=FOLDERS) is not None


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Middlebox(Door):
    """A running product before a Server. text: a configuration of one's own in place of the
    file NAME.VARIANT.conf; the same marks are filled in."""

    def __init__(self, name, server, variant="default", text=None):
        self.command = COMMANDS[name]
        self.text = text or (CONFIGURATIONS / f"{name}.{variant}.conf").read_text()
        action = CONFIGURATIONS / f"{name}.{variant}.action"
        self.action = action.read_text() if action.exists() and not text else None
        self.folder = tempfile.mkdtemp(prefix="pushlab-test-")
        os.chmod(self.folder, 0o1777)
        for tries in range(STARTS):
            port = _free_port()
            if self._start(port, server, tries + 1 == STARTS):
                break
        super().__init__("127.0.0.1", port, None)

    def _fill(self, text, port, server):
        user = pwd.getpwuid(os.geteuid()).pw_name
        marks = {"port": port, "origin": server.authority, "origin_host": server.address[0],
                 "origin_port": server.address[1], "folder": self.folder,
                 "config": f"{self.folder}/middlebox.conf", "user": user,
                 "group": grp.getgrgid(os.getegid()).gr_name,
                 "nobody": user if os.geteuid() else "nobody"}
        for mark, value in marks.items():
            text = text.replace("{{%s}}" % mark, str(value))
        return text

    def _start(self, port, server, must):
        folder = pathlib.Path(self.folder)
        (folder / "middlebox.conf").write_text(self._fill(self.text, port, server))
        if self.action:
            (folder / "push.action").write_text(self._fill(self.action, port, server))
        arguments = [self._fill(word, port, server) for word in self.command]
        arguments[0] = shutil.which(arguments[0], path=FOLDERS)
        with open(folder / "said.log", "wb") as said:
            self.process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                cwd=self.folder, env={**os.environ, "HOME": self.folder})
        deadline = time.monotonic() + 2 * PATIENCE_S
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), PATIENCE_S).close()
                return True
            except ConnectionRefusedError:
                time.sleep(0.02)  # nothing announces that a product accepts
        self._end()
        assert not must, (folder / "said.log").read_text(errors="replace")
        return False

    def _end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._end()
        shutil.rmtree(self.folder, ignore_errors=True)
