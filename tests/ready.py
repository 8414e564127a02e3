#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Go or no-go before a lesson: is everything there, does every page open, and does nothing need the
internet? `./dev ready` runs it; it starts a server of its own, and leaves nothing behind.

Ends with 0 (go) or 1 (no-go); each line that is not ok says what to do.
"""
import argparse
import html.parser
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[1]
BINARY = pathlib.Path(os.environ.get("PUSHLAB", ROOT / "build/server/pushlab")).resolve()
PATIENCE_S = 30
BESIDE = {"relay, for bad lines": "bench/relay/pushrelay", "bench, for the claims": "bench/pushbench"}
FILES_FOR_A_CLASS = 2000  # 50 browsers hold some 10 connections each
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "firefox-esr", "firefox", "microsoft-edge"]
FILES = (".js", ".css", ".html", ".svg", ".png", ".json", ".woff2")
IMPORT = re.compile(r"""(?:^|[\s;}])(?:import|from)\s*\(?\s*["']([^"'\s]+)["']""", re.MULTILINE)
CSS_URL = re.compile(r"""url\(\s*["']?([^"')]+)""")

quiet = False  # --json
findings = []  # {"what", "state": ok|warn|no, "text"}


def tell(what, state, text=""):
    """Shown at once, since a browser takes its time."""
    findings.append({"what": what, "state": state, "text": text})
    if not quiet:
        print(f"{state:>4}  {what}: {text}", flush=True)


def check(what, good, text="", remedy="", weak=False):
    """A line of the report. weak: the lesson can be held without it."""
    tell(what, "ok" if good else "warn" if weak else "no", text if good else remedy)
    return good


# ---- what must be there ----

def check_programs(args):
    check("server", os.access(BINARY, os.X_OK), str(BINARY), "not built: run ./dev build")
    for what, name in BESIDE.items():
        program = BINARY.parent.parent / name
        good = os.access(program, os.X_OK) and subprocess.run(
            [program, "--help"], capture_output=True, timeout=PATIENCE_S, check=False).returncode == 0
        check(what, good, str(program), "not built: run ./dev build", weak=True)
    if args.no_browser:
        return
    found = [name for name in BROWSERS if shutil.which(name)]
    check("browser", found, ", ".join(found), "none found: apt install chromium or firefox-esr")


def reaches_itself():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("127.0.0.1", 9))  # sends nothing
            return True
        except OSError:
            return False


def check_machine(args):
    """Whether a server can be tried at all."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("0.0.0.0", args.port))
            good = True
        except OSError:
            good = False
    check(f"port {args.port}", good, "free",
          f"another program holds it: stop that one (ss -ltnp 'sport = :{args.port}' names it)")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    good = most in (resource.RLIM_INFINITY,) or most >= FILES_FOR_A_CLASS
    check("open files", good, "enough", f"only {most} allowed: raise it with ulimit -Hn", weak=True)
    ufw = pathlib.Path("/etc/ufw/ufw.conf")
    walled = ufw.exists() and "ENABLED=yes" in ufw.read_text(encoding="utf-8", errors="replace")
    check("firewall", not walled, "ufw is off",
          f"ufw is on: unless it lets students in already, run sudo ufw allow {args.port}/tcp", weak=True)
    return check("loopback", reaches_itself(), "up",
                 "this computer does not reach itself: run sudo ip link set lo up")


# ---- what must open ----

class Links(html.parser.HTMLParser):
    """What a page loads by itself."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        wanted = {"script": "src", "img": "src", "iframe": "src", "link": "href"}.get(tag)
        self.found += [value for name, value in attrs if name == wanted and value]


def links_of(path, text):
    if path.endswith(".html"):
        links = Links()
        links.feed(text)
        return links.found
    if path.endswith(".css"):
        return [link for link in CSS_URL.findall(text) if not link.startswith(("data:", "#"))]
    # A comment or a string may show an import; what is loaded is an address, not a package's name.
    return [link for link in IMPORT.findall(text) if link.startswith((".", "/", "http:", "https:"))
            ] if path.endswith(".js") else []


def fetch(address, path):
    connection = http.client.HTTPConnection(address, timeout=PATIENCE_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", errors="replace")
    finally:
        connection.close()


def check_pages(address):
    """Every page, and all that it loads."""
    pages = ["/"] + sorted(f"/{page.name}" for page in (ROOT / "web").glob("*.html")
                           if page.name != "index.html")
    seen, broken, foreign, rest = set(), [], [], list(pages)
    while rest:
        path = rest.pop()
        if path in seen:
            continue
        seen.add(path)
        status, text = fetch(address, path)
        if status != 200:
            broken.append(f"{path} ({status})")
            continue
        page = "/index.html" if path == "/" else path
        for link in links_of(page, text):
            whole = urllib.parse.urljoin(f"http://here{page}", link)
            if urllib.parse.urlsplit(whole).netloc != "here":
                foreign.append(f"{path} loads {link}")
            elif whole.partition("?")[0].endswith(FILES):  # the rest are feeds, which do not end
                rest.append(urllib.parse.urlsplit(whole).path)
    check("pages", not broken, f"{len(pages)} pages of {len(seen)} files",
          f"missing: {', '.join(broken)}: get the tree again")
    check("no internet needed", not foreign, "nothing is loaded from elsewhere",
          f"{'; '.join(foreign)}: keep a copy in web/")


def check_in_browser(address):
    """Chromium, if there is one, must bring the lab and the class to life."""
    program = next((name for name in BROWSERS[:3] if shutil.which(name)), None)
    if not program:
        tell("pages in a browser", "warn", "only Chromium can be asked: open them once by hand")
        return
    dead = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        for page in ("/", "/class.html"):
            command = [program, "--headless", "--disable-gpu", f"--user-data-dir={home}",
                       "--dump-dom", f"http://{address}{page}"]
            if os.getuid() == 0:
                command.insert(1, "--no-sandbox")
            try:
                told = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)
                alive = b"data-ready" in told.stdout
            except subprocess.TimeoutExpired:
                alive = False
            dead += [] if alive else [page]
    check("pages in a browser", not dead, program,
          f"{' and '.join(dead)} did not come to life in {PATIENCE_S} s: open it by hand", weak=True)


def check_class(address):
    told = json.loads(fetch(address, "/class")[1])
    hosts = [entry["host"] for entry in told["addresses"]]
    check("network for students", hosts, ", ".join(hosts),
          "this computer is on none: join a Wi-Fi, or open a hotspot", weak=True)


def check_served(args):
    with subprocess.Popen([BINARY, "--listen", "*:0", "--class", "--lab"], cwd=ROOT,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as server:
        try:
            line = server.stdout.readline()
            ready = re.fullmatch(r"ready http://(\S+)/\n", line)
            if not check("server starts", ready, "ready",
                         "it says: " + (server.stderr.readline().strip() if not line else line)):
                return
            check_pages(ready[1])
            check_class(ready[1])
            if not args.no_browser:
                check_in_browser(ready[1])
        finally:
            server.terminate()


def main():
    parser = argparse.ArgumentParser(description="Is everything ready for a lesson?")
    parser.add_argument("--port", type=int, default=8765, help="the port of the lesson (8765)")
    parser.add_argument("--no-browser", action="store_true", help="leave the browser out")
    parser.add_argument("--json", action="store_true", help="the findings as JSON")
    args = parser.parse_args()
    global quiet  # pylint: disable=global-statement
    quiet = args.json
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing is left behind
    check_programs(args)
    if check_machine(args) and os.access(BINARY, os.X_OK):
        check_served(args)
    bad = sum(finding["state"] == "no" for finding in findings)
    if args.json:
        print(json.dumps({"go": bad == 0, "findings": findings}))
        return bad > 0
    print("GO" if bad == 0 else f"NO-GO: {bad} to mend (the lines with \"no\")")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
