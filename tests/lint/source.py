# SPDX-License-Identifier: MIT
"""What every lint rule shares: the files of the tree, and what a finding is."""

import collections
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Where a finding is, and what to do about it. line 0: the file as a whole.
Finding = collections.namedtuple("Finding", "path line advice")

SKIPPED_FOLDERS = {".git", "node_modules", "artefacts", "__pycache__", ".cache"}


class Skip(Exception):
    """Raised by a rule that cannot judge here; says why."""


def files(*suffixes, under=()):
    """Paths relative to the root, sorted; all suffixes or folders when none are given."""
    found = []
    folders = [ROOT / folder for folder in under] or [ROOT]
    while folders:
        folder = folders.pop()
        if not folder.is_dir():
            continue
        for entry in folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                built = entry.parent == ROOT and entry.name.startswith("build")
                if entry.name not in SKIPPED_FOLDERS and not built:
                    folders.append(entry)
            elif entry.is_file() and (not suffixes or entry.suffix in suffixes):
                found.append(entry.relative_to(ROOT))
    return sorted(found)


def text(path):
    """The file's text, or None when it is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def lines(path):
    """Numbered lines, from 1; none for a file that is not text."""
    return enumerate((text(path) or "").splitlines(), 1)


def run(*command, **options):
    """A tool's finished run from the root, its output as text."""
    return subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        **options,
    )
