# SPDX-License-Identifier: MIT
"""pushbench, the one built beside the server under test, or $PUSHBENCH."""
import json
import os
import pathlib
import subprocess

from .server import BINARY

BENCH = pathlib.Path(os.environ.get(
    "PUSHBENCH", BINARY.parent.parent / "bench" / "pushbench")).resolve()
PATIENCE_S = 120


def bench(*arguments, status=0, files=None):
    """Runs a command, with at most so many open files; its result."""
    limit = ["prlimit", f"--nofile={files}"] if files else []
    result = subprocess.run(
        [*limit, str(BENCH), *arguments], stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=PATIENCE_S, check=False, env={**os.environ, "PUSHLAB": str(BINARY)})
    assert result.returncode == status, result.stderr + result.stdout
    return result


def figures(*arguments, **wanted):
    """The same, as JSON."""
    return json.loads(bench(*arguments, "--json", **wanted).stdout)
