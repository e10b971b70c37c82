#!/usr/bin/env python3
"""Runs clang-tidy over our sources, and remembers which ones were clean.

Tests are left out: they are most of the time and least of the findings.

A source is checked again only when it, a header of ours that it includes, or
.clang-tidy has changed: a clean result is a stamp in the cache folder, named by
a digest of all of that. With --budget the check stops starting new files when
the time is up, and says which ones it left; files with fewer expensive headers
come first, so a short budget covers as many files as it can, and the next run
goes on where this one stopped.

Usage: run_clang_tidy.py --build build/tidy [--cache DIR] [--budget SECONDS]
                         [--jobs N] [FILE...]
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TREES = ("engine", "server", "client", "tools")
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
EXPENSIVE = re.compile(rb'#\s*include\s*[<"](ATen|torch|c10|grpcpp)/')


def own_headers(path, seen):
    """Adds `path` and every header of ours it reaches to `seen`."""
    if path in seen or not path.is_file():
        return
    seen[path] = path.read_bytes()
    for name in INCLUDE.findall(seen[path]):
        own_headers(ROOT / name.decode(), seen)


def digest(path, salt):
    files = {}
    own_headers(path, files)
    state = hashlib.sha256(salt)
    for name in sorted(files):
        state.update(str(name.relative_to(ROOT)).encode() + b"\0")
        state.update(hashlib.sha256(files[name]).digest())
    cost = sum(len(EXPENSIVE.findall(text)) for text in files.values())
    return state.hexdigest(), cost


def check(path, build):
    result = subprocess.run(
        ["clang-tidy", "--quiet", "-p", str(build), str(path)],
        capture_output=True, text=True, check=False)
    return result.returncode, result.stdout + (
        result.stderr if result.returncode else "")


def parse_arguments():
    cache = pathlib.Path(
        os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path,
                        default=cache / "animate" / "clang-tidy")
    parser.add_argument("--budget", type=float, default=float("inf"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    return parser.parse_args()


def sources(build, only):
    wanted = {p.resolve() for p in only}
    commands = json.loads((build / "compile_commands.json").read_text())
    for name in sorted({c["file"] for c in commands}):
        path = pathlib.Path(name)
        if (path.is_relative_to(ROOT) and
                path.relative_to(ROOT).parts[0] in TREES and
                (not wanted or path in wanted)):
            yield path


def main():
    args = parse_arguments()
    args.cache.mkdir(parents=True, exist_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], check=True,
                             capture_output=True).stdout
    salt = version + (ROOT / ".clang-tidy").read_bytes()
    started = time.monotonic()
    todo, clean = [], 0
    for path in sources(args.build, args.files):
        key, cost = digest(path, salt)
        if (args.cache / key).exists():
            clean += 1
        else:
            todo.append((cost, path, key))
    todo.sort()

    failed, left = [], []

    def run(item):
        _, path, key = item
        if time.monotonic() - started > args.budget:
            left.append(path)
            return
        code, output = check(path, args.build)
        name = path.relative_to(ROOT)
        if code == 0:
            (args.cache / key).touch()
        else:
            failed.append(name)
            print(output, end="", flush=True)

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(run, todo))
    for path in sorted(left):
        print(f"run_clang_tidy: not reached: {path.relative_to(ROOT)}")
    print(f"run_clang_tidy: {clean} files unchanged since they were clean, "
          f"{len(todo) - len(left) - len(failed)} checked clean, "
          f"{len(failed)} with findings, {len(left)} not reached, "
          f"{time.monotonic() - started:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
