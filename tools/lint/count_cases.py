#!/usr/bin/env python3
"""Sums up the GoogleTest cases of a ctest log and names those skipped.

Usage: count_cases.py build/release/Testing/Temporary/LastTest.log

ctest counts executables; this counts cases. A skipped test is never silent: its
name and reason are printed.
"""

import re
import sys

RESULT = re.compile(r"^\[ +(OK|FAILED|SKIPPED) +\] (\S+\.\S+) \(\d+ ms\)",
                    re.MULTILINE)
SKIP_REASON = re.compile(
    r"^\S+:\d+: Skipped\n(.*?)\n+\[ +SKIPPED +\] (\S+\.\S+) \(",
    re.MULTILINE | re.DOTALL)


def main():
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        text = log.read()
    counts = {"OK": 0, "FAILED": 0, "SKIPPED": 0}
    for outcome, _ in RESULT.findall(text):
        counts[outcome] += 1
    for reason, name in SKIP_REASON.findall(text):
        print(f"skipped {name}: {' '.join(reason.split())}")
    print(f"cases: {counts['OK']} passed, {counts['FAILED']} failed, "
          f"{counts['SKIPPED']} skipped")


if __name__ == "__main__":
    main()
