#!/usr/bin/env python3
"""Runs the fuzz targets of the server's inputs, each for some time, one on each
processor."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

# Target and folder of its corpus in tests/fuzz/corpus.
TARGETS = {
    "request_stream_fuzz": "request_stream",
    "image_fuzz": "image",
    "video_fuzz": "video",
    "store_fuzz": "store",
    "config_fuzz": "config",
    "pose_message_fuzz": "pose_message",
}
SECONDS = {"smoke": 1, "short": 10, "nightly": 600}


def run_target(name, options, corpus):
    """Returns the mutations tried, and what was found ("" for nothing)."""
    program = pathlib.Path(options.build) / "tests" / name
    command = [program, "--seed", str(options.seed), "--runs", str(10**12),
               "--seconds", str(SECONDS[options.scale]), corpus]
    # The decoders write a line about each damaged picture.
    with tempfile.TemporaryFile() as words:
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=words,
                             check=False, text=True)
        words.seek(0, 2)
        words.seek(max(0, words.tell() - 2000))
        last = words.read().decode(errors="replace").strip().splitlines()
    count = re.search(r"and (\d+) mutations", run.stdout)
    if run.returncode == 0 and count:
        return int(count.group(1)), ""
    return 0, f"{name}: status {run.returncode}: " + " / ".join(last[-3:])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--scale", choices=SECONDS, default="short")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", required=True)
    options = parser.parse_args()
    corpora = pathlib.Path(__file__).parent.parent / "fuzz" / "corpus"
    figures, faults = {}, []

    def run_one(name):
        count, fault = run_target(name, options, corpora / TARGETS[name])
        print(f"  {name}: {count} mutations {fault}", flush=True)
        return name, count, fault

    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, count, fault in pool.map(run_one, TARGETS):
            figures[f"mutations_{name}"] = count
            faults += [fault] if fault else []
    seconds = SECONDS[options.scale]
    total = sum(figures.values())
    result = {
        "row": "fuzz", "scale": options.scale, "seed": options.seed,
        "property": "fuzz: request stream, image/video decode, store recovery,"
                    " config",
        "demanded": f"{seconds} s each, no finding",
        "measured": f"{len(TARGETS)} targets, {seconds} s each, {total} inputs,"
                    f" {len(faults)} findings",
        "passed": not faults, "figures": figures, "faults": faults,
        "seconds": time.monotonic() - start,
    }
    pathlib.Path(options.json).write_text(json.dumps(result, indent=2) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
