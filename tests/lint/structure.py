# SPDX-License-Identifier: MIT
"""Rules on how the code is cut up: include directions, sizes, duplicates, build lists."""

import collections
import fnmatch
import json
import pathlib
import re

from source import ROOT, Finding, files, lines, run, text

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')

FUNCTION_LIMIT, FUNCTION_LONG = 100, 70
FILE_LIMIT, FILE_LONG = 500, 400
TEST_FILE_LIMIT, TEST_FILE_LONG = 1000, 700  # one case after the other: long, not deep
DUPLICATE_LINES, DUPLICATE_CHARACTERS = 8, 200


# ---- include directions -----------------------------------------------------------------------


class Layers:
    """What layers.txt says."""

    def __init__(self):
        self.order, self.only, self.uses = [], {}, {}
        section = None
        for _, line in lines("tests/lint/layers.txt"):
            line = line.split("#")[0].strip()
            if line.startswith("["):
                kind, *name = line.strip("[]").split()
                section = self.order
                if kind != "order":
                    section = getattr(self, kind).setdefault(name[0], [])
            elif line:
                section.append(line.split())

    def place(self, path):
        """Index in the order, or None. A line with the whole name goes before one without the
        suffix, and that before a pattern."""
        name = stem(path)
        whole = (i for i, names in enumerate(self.order) if str(path) in names)
        exact = (i for i, names in enumerate(self.order) if name in names)
        pattern = (i for i, names in enumerate(self.order) if matches(name, names))
        return next(whole, next(exact, next(pattern, None)))

    def objection(self, path, target, included):
        """Why the file may not include another one, or None. target: its path if it is ours."""
        here, name = stem(path), stem(target) if target else included
        allowed = sum(self.only.get(name, []), [])
        if name in self.only and not matches(here, allowed):
            return f"may not include {name}: only {', '.join(allowed) or 'nobody'} may"
        for pattern, uses in self.uses.items():
            uses = sum(uses, [])
            if target and fnmatch.fnmatchcase(here, pattern) and not matches(name, uses):
                return f"may not include {name}: {pattern} may use only {', '.join(uses)}"
        if target and (self.place(target) or 0) > self.place(path):
            return (
                f"includes {name}, which stands below it in tests/lint/layers.txt: let it depend "
                "on what stands above only, or move up what both need"
            )
        return None


def stem(path):
    return str(path.with_suffix(""))


def matches(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def resolve(path, style, name):
    """The included file as a path in this tree, or None for one that is not ours."""
    if style == '"':
        for folder in (path.parent, pathlib.Path(".")):
            candidate = (ROOT / folder / name).resolve()
            if candidate.is_file() and ROOT in candidate.parents:
                return candidate.relative_to(ROOT)
    return None


def check_includes():
    """dependencies point one way (tests/lint/layers.txt)"""
    layers = Layers()
    for path in files(".c", ".h"):
        if layers.place(path) is None:
            yield Finding(path, 0, "not in tests/lint/layers.txt: add it below all it includes")
            continue
        for number, line in lines(path):
            include = INCLUDE.match(line)
            target = include and resolve(path, *include.groups())
            if not include or target and stem(target) == stem(path):
                continue
            objection = layers.objection(path, target, include.group(2))
            if objection:
                yield Finding(path, number, objection)


# ---- sizes ------------------------------------------------------------------------------------


def check_function_sizes():
    """functions of at most 100 lines, and better 70"""
    paths = files(".c", ".h", ".js", ".mjs")
    tags = run(
        "ctags",
        "--output-format=json",
        "--fields=+ne",
        "--kinds-C=f",
        "--kinds-JavaScript=fm",
        "-f",
        "-",
        *paths,
    )
    if tags.returncode:
        yield Finding("ctags", 0, tags.stderr.strip())
    for tag in map(json.loads, tags.stdout.splitlines()):
        size = tag.get("end", tag["line"]) - tag["line"] + 1
        if size > FUNCTION_LIMIT:
            yield Finding(tag["path"], tag["line"], f"{tag['name']} has {size} lines: split it")
        elif size > FUNCTION_LONG:
            print(f"  note: {tag['path']}:{tag['line']}: {tag['name']} has {size} lines")


def check_file_sizes():
    """files of at most 500 lines, and better 400 (tests: 1000 and 700)"""
    paths = files(".c", ".h", ".js", ".mjs", ".py", ".css", ".html") + [pathlib.Path("dev")]
    for path in paths:
        if "sample" in path.parts:  # written by a program
            continue
        size = len((text(path) or "").splitlines())
        test = path.parts[0] == "tests"
        if size > (TEST_FILE_LIMIT if test else FILE_LIMIT):
            yield Finding(path, size, f"{size} lines: what in it wants to be its own file?")
        elif size > (TEST_FILE_LONG if test else FILE_LONG):
            print(f"  note: {path} has {size} lines")


# ---- duplicates -------------------------------------------------------------------------------


def normalised(path):
    """(line number, text) of the lines that say something: no comments, includes, lone braces."""
    commented = False
    for number, line in lines(path):
        line = " ".join(line.split())
        if commented:
            commented = "*/" not in line
            continue
        if line.startswith("/*") and "*/" not in line:
            commented = True
            continue
        line = re.sub(r"/\*.*?\*/|//.*$|^#(?!\s*define).*$", "", line).strip()
        if len(line.strip("{}()[];, ")) > 1:
            yield number, line


def check_duplicates():
    """no 8 lines that stand in two places"""
    seen = collections.defaultdict(list)  # 8 lines of text -> (path, index) of each place
    code = {path: list(normalised(path)) for path in files(".c", ".h", ".js", ".mjs", ".py")}
    for path, said in code.items():
        for i in range(len(said) - DUPLICATE_LINES + 1):
            window = tuple(line for _, line in said[i : i + DUPLICATE_LINES])
            if sum(map(len, window)) >= DUPLICATE_CHARACTERS:
                seen[window].append((path, i))
    told = set()  # (path, index) of windows inside a stretch already reported
    for places in seen.values():
        path, i = places[0]
        for second_path, j in places[1:]:
            if second_path == path and j - i < DUPLICATE_LINES:
                continue  # one line again and again
            if (second_path, j - 1) not in told:
                yield Finding(
                    second_path,
                    code[second_path][j][0],
                    f"the same {DUPLICATE_LINES} or more lines as at {path}:{code[path][i][0]}: "
                    "keep them in one place",
                )
            told.add((second_path, j))


# ---- build lists ------------------------------------------------------------------------------


def check_build_lists():
    """every C file is built"""
    for path in files(".c"):
        name = re.sub(r"^(test|fuzz)_", "", path.stem) if path.parts[0] == "tests" else path.name
        folders = [folder for folder in path.parents if (ROOT / folder / "meson.build").exists()]
        listed = {str(folder / item) for folder in folders
                  for item in re.findall(r"'([^'\n]*)'", text(folder / "meson.build"))}
        if str(path) not in listed and str(path.parent / name) not in listed:
            yield Finding(path, 0, f"not built: add it to {folders[0]}/meson.build")
