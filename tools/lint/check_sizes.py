#!/usr/bin/env python3
"""Alarms on files that have grown past one idea, and on a heavy repository.

A source above 400 lines is named, above 450 is an error; a tracked file above
500 kB must be in LARGE_FILES' folders; everything tracked together stays within
the budget. Prints the figures docs/style.md compares with. Exits with 1 on an
error.
"""

import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TREES = ("engine", "server", "client", "tools", "tests")
ALARM_LINES = 400
ERROR_LINES = 450
LARGE_FILE_BYTES = 500_000
LARGE_FOLDERS = ("tests/golden/", "models/", "docs/images/")
TOTAL_BYTES = 52 * 1024 * 1024


def tracked_files():
    """Files that git tracks or would track; all files where there is no git."""
    try:
        out = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"],
            cwd=ROOT, check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return [p for p in ROOT.rglob("*")
                if p.is_file() and "build" not in p.relative_to(ROOT).parts]
    paths = {ROOT / name.decode() for name in out.split(b"\0") if name}
    return sorted(p for p in paths if p.is_file())


def count_lines(path):
    with path.open("rb") as lines:
        return sum(1 for _ in lines)


def comment_share(path):
    lines = [l.strip() for l in path.read_text().splitlines() if l.strip()]
    return sum(l.startswith("//") for l in lines), len(lines)


def describe(kind, paths):
    if not paths:
        return
    counts = [count_lines(p) for p in paths]
    shares = [comment_share(p) for p in paths]
    share = 100 * sum(c for c, _ in shares) / max(1, sum(n for _, n in shares))
    print(f"check_sizes: {len(paths):4d} {kind:8s} lines median "
          f"{statistics.median(counts):.0f}, max {max(counts)}, "
          f"sum {sum(counts)}; comments {share:.0f} %")


def main():
    tracked = tracked_files()
    errors = 0
    code = [p for p in tracked
            if p.relative_to(ROOT).parts[0] in TREES and
            p.suffix in (".h", ".cc", ".cu", ".py")]
    for path in code:
        lines = count_lines(path)
        if lines > ALARM_LINES:
            is_error = lines > ERROR_LINES
            errors += is_error
            print(f"{path.relative_to(ROOT)}: {lines} lines"
                  f"{', the limit is' if is_error else ', more than'} "
                  f"{ERROR_LINES if is_error else ALARM_LINES}")
    total = 0
    for path in tracked:
        size = path.stat().st_size
        total += size
        name = path.relative_to(ROOT).as_posix()
        if size > LARGE_FILE_BYTES and not name.startswith(LARGE_FOLDERS):
            errors += 1
            print(f"{name}: {size} bytes; large files live in "
                  f"{', '.join(LARGE_FOLDERS)}")
    if total > TOTAL_BYTES:
        errors += 1
        print(f"tracked files: {total} bytes, the budget is {TOTAL_BYTES}")

    def in_tests(path):
        return path.relative_to(ROOT).parts[0] == "tests"

    cc = [p for p in code if p.suffix != ".py"]
    describe("headers", [p for p in cc if p.suffix == ".h" and not in_tests(p)])
    describe("sources", [p for p in cc if p.suffix != ".h" and not in_tests(p)])
    describe("tests", [p for p in cc if in_tests(p)])
    print(f"check_sizes: {len(tracked)} tracked files, {total / 1e6:.1f} MB, "
          f"{errors} faults")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
