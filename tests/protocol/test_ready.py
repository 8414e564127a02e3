# SPDX-License-Identifier: MIT
"""`./dev ready`: go when all is there; no-go, and what to do, when something is not. `./dev fuzz`
with wrong arguments."""
import json
import os
import socket
import subprocess
import sys

import pytest

from lib.server import BINARY, ROOT, SANITIZED

pytestmark = pytest.mark.skipif(SANITIZED, reason="nothing here depends on the build")
PATIENCE_S = 60


def ready(*arguments, binary=BINARY):
    return subprocess.run([sys.executable, str(ROOT / "tests/ready.py"), "--no-browser", *arguments],
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False,
                          env={**os.environ, "PUSHLAB": str(binary)})


def test_go():
    result = ready("--port", "0")
    assert (result.returncode, result.stderr) == (0, ""), result.stdout + result.stderr
    assert result.stdout.splitlines()[-1] == "GO"


def test_a_port_that_is_held_is_a_no_go():
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        result = ready("--port", str(port), "--json")
    told = json.loads(result.stdout)
    assert (result.returncode, told["go"]) == (1, False)
    bad = [finding for finding in told["findings"] if finding["state"] == "no"]
    assert [finding["what"] for finding in bad] == [f"port {port}"]
    assert "stop that one" in bad[0]["text"]


def test_a_server_that_was_not_built_is_a_no_go(tmp_path):
    result = ready("--port", "0", binary=tmp_path / "none")
    assert result.returncode == 1 and "./dev build" in result.stdout


@pytest.mark.parametrize("arguments", [["request", "abc"], ["request", "0"], ["10", "request"], ["nosuch"]])
def test_fuzz_judges_its_arguments_before_it_builds(tmp_path, arguments):
    folder = tmp_path / "build"
    result = subprocess.run([str(ROOT / "dev"), "fuzz", *arguments], capture_output=True, text=True,
                            timeout=PATIENCE_S, check=False,
                            env={**os.environ, "PUSHLAB_BUILD": str(folder)})
    assert result.returncode == 1 and "fuzz" in result.stderr, result.stderr
    assert not folder.exists()
