# SPDX-License-Identifier: MIT
"""Rules on what is written: licence lines, spelling, names of places that do not belong here."""

import re

from source import Finding, files, lines, run, text

SOURCES = (".c", ".h", ".js", ".mjs", ".css", ".html", ".py", ".sh", ".build")


def check_licence():
    """every source file names its licence"""
    shown = files(".js", under=("web",))  # snippets are shown word for word on the pages
    shown = [path for path in shown if path.name.startswith("snippet")]
    scripts = [path for path in files("") if (text(path) or "").startswith("#!")]
    for path in sorted(set(files(*SOURCES) + scripts) - set(shown)):
        if "SPDX-License-Identifier: MIT" not in "\n".join((text(path) or "").split("\n")[:5]):
            yield Finding(path, 1, "say `SPDX-License-Identifier: MIT` in its first lines")


def check_spelling():
    """spelling (codespell; words it should leave alone: .codespellrc)"""
    skipped = ("package-lock.json", "corpus", "sample")
    paths = [p for p in files() if text(p) is not None and not set(skipped) & set(p.parts)]
    for finding in run("codespell", *paths).stdout.splitlines():
        place = re.match(r"(.+?):(\d+): (.*)", finding)
        yield Finding(*place.groups()) if place else Finding(finding, 0, "")


# Homes of people and machines, and package registries: they differ from place to place.
MACHINE = re.compile(r"(?<![\w.~$}])/(home|root|Users|work|farm)/[\w.]")
REGISTRY = re.compile(r"\b(registry|deb|mirrors?|security|proxy)\.[\w-]+\.(org|com|net|io|dev)\b")


def check_places():
    """no path of one machine, no package registry"""
    for path in files():
        for number, line in lines(path):
            if MACHINE.search(line):
                yield Finding(path, number, "a path of one machine: make it relative")
            if REGISTRY.search(line):
                yield Finding(path, number, "a registry's host: leave it to the machine's setup")


ADDRESS = re.compile(r"\b(?:https?|wss?)://([\w.\[\]:-]+)", re.IGNORECASE)


def check_self_contained():
    """the pages load nothing from elsewhere (tests/lint/web_addresses.txt)"""
    allowed = {line.strip() for _, line in lines("tests/lint/web_addresses.txt")}
    for path in files(".html", ".js", ".mjs", ".css", ".json", ".svg", under=("web",)):
        for number, line in lines(path):
            for host in ADDRESS.findall(line):
                if host.split(":")[0] not in allowed:
                    yield Finding(
                        path,
                        number,
                        f"an address elsewhere ({host}): serve it from here, or list the host "
                        "in tests/lint/web_addresses.txt with the reason",
                    )
