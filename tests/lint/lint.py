# SPDX-License-Identifier: MIT
"""Runs the lint rules: lint.py --build FOLDER [--count FILE] [RULE…].

Each rule is a function check_NAME that yields findings; its first line of documentation says
what it holds to. A rule counts as one test.
"""

import argparse
import functools
import pathlib
import sys

import structure
import tools
import words
from source import Skip


def rules(build):
    """name -> function, cheap ones first."""
    found = {}
    for module in (words, structure, tools):
        for name, function in vars(module).items():
            if name.startswith("check_"):
                found[name[len("check_") :].replace("_", "-")] = function
    slow = functools.partial(found.pop("tidy"), build)
    slow.__doc__ = tools.check_tidy.__doc__
    found["tidy"] = slow
    return found


def run_rule(name, rule):
    """True when it found nothing, None when it could not judge."""
    try:
        findings = list(rule())
    except Skip as reason:
        print(f"skipped {name}: {reason}")
        return None
    for path, line, advice in findings:
        print(f"{path}:{line}: {advice} [{name}]" if line else f"{path}: {advice} [{name}]")
    print(f"{'not ok' if findings else 'ok'} {name}: {rule.__doc__.splitlines()[0]}", flush=True)
    return not findings


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True, help="configured build folder")
    parser.add_argument("--count", type=pathlib.Path, help="append PASSED FAILED SKIPPED to this")
    parser.add_argument("rules", nargs="*", metavar="RULE", help="all when none is named")
    arguments = parser.parse_args()
    known = rules(arguments.build.resolve())
    unknown = set(arguments.rules) - set(known)
    if unknown:
        parser.error(f"no rule {', '.join(unknown)}; there are: {', '.join(known)}")
    results = [run_rule(name, known[name]) for name in arguments.rules or known]
    passed, failed, skipped = (results.count(result) for result in (True, False, None))
    if arguments.count:
        with arguments.count.open("a", encoding="utf-8") as counts:
            print(passed, failed, skipped, file=counts)
    else:
        print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
