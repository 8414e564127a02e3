# SPDX-License-Identifier: MIT
"""The build with seeded faults: it says so, the product has none of it, and one fault, the quickest to
see, flips the verdict on its own claim alone. All of them: tests/faults/README.md."""
import json
import os
import subprocess

import pytest

from lib.bench import BENCH, PATIENCE_S
from lib.server import BINARY, SANITIZED

FAULTY = BINARY.parent.parent / "tests/faults/pushlab_faulty"
pytestmark = pytest.mark.skipif(not FAULTY.exists(), reason="pushlab_faulty is not built")


def run_faulty(fault, *arguments):
    environment = {**os.environ, "PUSHLAB_FAULT": fault}
    return subprocess.run([str(FAULTY), *arguments], env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def test_it_says_what_it_is():
    result = run_faulty("no-cursor", "--version")
    assert result.returncode == 0 and "FAULTY BUILD" in result.stderr


def test_without_a_fault_it_does_not_start():
    result = run_faulty("", "--version")
    assert result.returncode == 2 and "PUSHLAB_FAULT" in result.stderr


def test_a_fault_for_eight_claims_at_least():
    lines = run_faulty("list").stdout.splitlines()
    names, claims, _ = zip(*(line.split(" ", 2) for line in lines))
    assert len(set(names)) == len(names) and len(set(claims)) == len(claims) >= 8


def test_the_product_has_none_of_it():
    assert b"PUSHLAB_FAULT" in FAULTY.read_bytes()
    assert b"PUSHLAB_FAULT" not in BINARY.read_bytes()


@pytest.mark.skipif(SANITIZED, reason="once, in the plain build, is enough")
def test_a_cursor_that_is_forgotten_flips_its_claim_alone():
    environment = {**os.environ, "PUSHLAB": str(FAULTY), "PUSHLAB_FAULT": "no-cursor"}
    result = subprocess.run(
        [str(BENCH), "claims", "--quick", "--json", "--only", "16,21,22"], env=environment,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    rows = {row["id"]: row for row in json.loads(result.stdout)["rows"]}
    assert rows[21]["verdict"] == "does_not_hold"  # test_claims: without the fault it never is
    assert rows[16]["verdict"] == "holds" and rows[22]["verdict"] == "only_when"
