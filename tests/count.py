# SPDX-License-Identifier: MIT
"""Counts a test runner's report: prints "PASSED FAILED SKIPPED".

Usage: count.py meson|junit|tap REPORT. A report that is missing or broken counts as nothing.
"""

import json
import re
import sys
import xml.etree.ElementTree


def count_meson(path):
    """Meson's log has a JSON object per program; cmocka's cases are the TAP lines in it."""
    passed = failed = skipped = 0
    with open(path, encoding="utf-8") as lines:
        programs = [json.loads(line) for line in lines]
    for program in programs:
        cases = re.findall(r"^(ok|not ok) \d+(.*)$", program.get("stdout") or "", re.MULTILINE)
        skips = sum(1 for verdict, rest in cases if "# SKIP" in rest)
        wrong = sum(1 for verdict, rest in cases if verdict == "not ok" and "# SKIP" not in rest)
        good = program["result"] in ("OK", "EXPECTEDFAIL")
        if not cases:  # a program that is one test by itself
            wrong, right = (0, 1) if good else (1, 0)
        else:
            right = len(cases) - wrong - skips
            wrong += not good and not wrong  # it crashed or hung after its last line
        passed, failed, skipped = passed + right, failed + wrong, skipped + skips
    return passed, failed, skipped


def count_junit(path):
    """A case that fails in its clean-up, too, is one failed case."""
    passed = failed = skipped = 0
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def count_tap(path):
    """Node's TAP ends with `# pass N` and the like, nested cases counted."""
    with open(path, encoding="utf-8") as report:
        totals = {name: int(n) for name, n in re.findall(r"^# (\w+) (\d+)$", report.read(), re.M)}
    wrong = totals.get("fail", 0) + totals.get("cancelled", 0)
    return totals.get("pass", 0), wrong, totals.get("skipped", 0) + totals.get("todo", 0)


def main():
    count = {"meson": count_meson, "junit": count_junit, "tap": count_tap}[sys.argv[1]]
    try:
        print(*count(sys.argv[2]))
    except (OSError, ValueError, KeyError, xml.etree.ElementTree.ParseError) as error:
        print(f"{sys.argv[2]}: {error}", file=sys.stderr)
        print(0, 0, 0)


main()
