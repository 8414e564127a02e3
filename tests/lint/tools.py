# SPDX-License-Identifier: MIT
"""Rules that a tool checks: layout, clang-tidy, and whether scripts parse at all."""

import concurrent.futures
import hashlib
import json
import os
import re

from source import ROOT, Finding, Skip, files, run, text

# The layout of record is Debian 12's clang-format: other versions lay out some lines otherwise.
CLANG_FORMAT_VERSION = "14"


def major_version(tool):
    found = re.search(r"version (\d+)", run(tool, "--version").stdout)
    return found.group(1) if found else "unknown"


def check_format():
    """C files are laid out by .clang-format"""
    if major_version("clang-format") != CLANG_FORMAT_VERSION:
        raise Skip(f"layout is judged by clang-format {CLANG_FORMAT_VERSION} only")
    told = set()
    output = run("clang-format", "--dry-run", *files(".c", ".h")).stderr
    for path, line in re.findall(r"^([^:\n]+):(\d+):\d+: warning:", output, re.MULTILINE):
        if path not in told:
            told.add(path)
            yield Finding(path, line, "not laid out by .clang-format: run ./dev format")


def tidy_one(build, path):
    """clang-tidy's complaints about one C file and the headers it includes."""
    output = run("clang-tidy", "-p", build, "--quiet", path).stdout
    return re.findall(r"^([^:\n]+):(\d+):\d+: (?:warning|error): (.*)$", output, re.MULTILINE)


def check_tidy(build):
    """clang-tidy (.clang-tidy says which checks, and why not others)"""
    # A file is judged again when it, any header or the rules have changed.
    shared = hashlib.sha256(run("clang-tidy", "--version").stdout.encode())
    for path in [".clang-tidy", "tests/.clang-tidy", *files(".h"), *files(".build")]:
        shared.update(text(path).encode())
    cache_path = build / "reports" / "tidy.json"
    try:
        cache = json.loads(cache_path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        cache = {}

    def judge(path):
        key = hashlib.sha256(shared.digest() + text(path).encode()).hexdigest()
        known = cache.get(str(path))
        return path, key, known[1] if known and known[0] == key else tidy_one(build, path)

    compiled = {
        (build / entry["directory"] / entry["file"]).resolve()
        for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    }
    paths = [path for path in files(".c") if ROOT / path in compiled]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        judged = list(pool.map(judge, paths))
    cache_path.parent.mkdir(parents=True, exist_ok=True)
    cache_path.write_text(
        json.dumps({str(path): (key, found) for path, key, found in judged}), encoding="utf-8"
    )
    told = set()
    for _, _, found in judged:
        for place, line, complaint in found:
            path = (build / place).resolve()  # as clang-tidy saw it, from the build folder
            path = path.relative_to(ROOT) if path.is_relative_to(ROOT) else place
            if (path, line, complaint) not in told:
                told.add((path, line, complaint))
                yield Finding(path, line, complaint)


def check_scripts():
    """JavaScript, shell and Python files parse"""
    for path in files(".js", ".mjs"):
        source = text(path)
        module = path.suffix == ".mjs" or re.search(r"^(import|export)\b", source, re.MULTILINE)
        kind = ["--input-type=module"] if module else []
        checked = run("node", *kind, "--check", "-", input=source)
        if checked.returncode:
            line = re.search(r"\[stdin\][^:\n]*:(\d+)", checked.stderr)
            wrong = re.search(r"^\w*Error: .*$", checked.stderr, re.MULTILINE)
            yield Finding(
                path,
                line.group(1) if line else 0,
                wrong.group(0) if wrong else checked.stderr.strip(),
            )
    for path in files("", ".sh"):
        if re.match(r"#!.*\b(ba)?sh\b", text(path) or ""):
            checked = run("bash", "-n", path)
            if checked.returncode:
                yield Finding(path, 0, checked.stderr.strip())
    for path in files(".py"):
        try:
            compile(text(path), str(path), "exec")
        except SyntaxError as error:
            yield Finding(path, error.lineno or 0, error.msg)
