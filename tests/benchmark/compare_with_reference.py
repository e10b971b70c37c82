#!/usr/bin/env python3
"""Compares animate-bench with the Python reference: same work, same weights, same threads, in turns.

compare_with_reference.py --reference-repo CHECKOUT --reference-python PYTHON --bench animate-bench --model-dir DIR
    [--parts step,reference,vae-decode,job] [--width 256 --height 256 --frames 4 --steps 2] [--dtypes float32]
    [--threads 2] [--turns 3] [--repeat 1] [--compile] [--json FILE]

CHECKOUT is MooreThreads/Moore-AnimateAnyone, PYTHON an interpreter with its requirements (tools/golden/
requirements.txt), DIR a model folder in the published layout (`animate-model random` makes one). Each part of each
implementation runs in a process of its own, ours and theirs by turns, so that a machine that gets busier gets busier
for both. Prints a Markdown table of medians: seconds on the clock, CPU seconds of all threads (what to trust where
others use the machine), their ratios reference / ours, and the peak of the resident memory of both while the part ran.

Ours is measured in each of --dtypes, the reference always in float32; with --compile also through torch.compile.
Waiting threads sleep instead of spinning (OMP_WAIT_POLICY=passive unless set), in both: spinning counts as CPU time.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PARTS = ("clip", "vae-encode", "reference", "step", "vae-decode", "job")
GIB = 2**30


def run_json(command, limit_s):
    """The JSON object a command prints, or a string that says why there is none."""
    env = {"OMP_WAIT_POLICY": "passive", **os.environ}
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=limit_s)
    except subprocess.TimeoutExpired:
        return f"took longer than {limit_s} s"
    start = done.stdout.find("{")
    if done.returncode == 0 and start >= 0:
        return json.loads(done.stdout[start:])
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    killed = " (out of memory?)" if done.returncode == -9 else ""
    return f"exit code {done.returncode}{killed}: {lines[-1] if lines else 'no output'}"


class Ours:
    def __init__(self, args, dtype):
        self.name, self.args, self.dtype = f"ours {dtype}", args, dtype

    def run(self, part):
        a = self.args
        command = [a.bench, "--only", part, "--json", "-", "--dtype", self.dtype]
        command += ["--config", a.config] if a.config else ["--model-dir", a.model_dir]
        command += ["--width", a.width, "--height", a.height, "--frames", a.frames, "--steps", a.steps]
        command += ["--threads", a.threads, "--repeat", a.repeat, "--guidance", a.guidance, "--device", a.device]
        result = run_json([str(word) for word in command], a.limit_s)
        if isinstance(result, str):
            return result
        return {**result["parts"][0], "load_seconds": result["load_seconds"], "processor": result["processor"]}


class Reference:
    def __init__(self, args, compiled):
        self.name, self.args, self.compiled = "reference " + ("compiled" if compiled else "eager"), args, compiled

    def run(self, part):
        a = self.args
        command = [a.reference_python, HERE / "reference_part.py", "--part", part, "--reference-repo"]
        command += [a.reference_repo, "--model-dir", a.model_dir, "--guidance", a.guidance]
        command += ["--width", a.width, "--height", a.height, "--frames", a.frames, "--steps", a.steps]
        command += ["--threads", a.threads, "--repeat", a.repeat]
        command += ["--compile"] if self.compiled else []
        return run_json([str(word) for word in command], a.limit_s)


def take_turns(contestants, part, turns):
    """{name: {"wall": [...], "cpu": [...], "peak": [...]} or {"failed": why}}"""
    results = {c.name: {"wall": [], "cpu": [], "peak": []} for c in contestants}
    for turn in range(turns):
        for contestant in contestants:
            result = results[contestant.name]
            if "failed" in result:
                continue
            run = contestant.run(part)
            if isinstance(run, str):
                results[contestant.name] = {"failed": run}
                print(f"{part}: {contestant.name}: {run}", file=sys.stderr)
                continue
            result["wall"] += run["wall_seconds"]
            result["cpu"] += run["cpu_seconds"]
            result["peak"].append(run["peak_resident_bytes"])
            for key in ("flops", "reference_flops", "roofline_ratio"):
                if key in run:
                    result[key] = run[key]
            spent = ", ".join(f"{s:.2f}" for s in run["wall_seconds"])
            print(f"{part}: turn {turn + 1}: {contestant.name}: {spent} s", file=sys.stderr)
    return results


def summarise(results):
    """Medians, and ratios of every reference to every one of ours."""
    rows = []
    medians = {}
    for name, result in results.items():
        if "failed" in result:
            continue
        medians[name] = {
            "wall": statistics.median(result["wall"]),
            "cpu": statistics.median(result["cpu"]),
            "peak": statistics.median(result["peak"]),
        }
    for ours in [n for n in results if n.startswith("ours")]:
        for theirs in [n for n in results if n.startswith("reference")]:
            row = {"ours": ours, "reference": theirs}
            failed = [f"{n}: {results[n]['failed']}" for n in (ours, theirs) if "failed" in results[n]]
            if failed:
                row["failed"] = "; ".join(failed)
            else:
                a, b = medians[ours], medians[theirs]
                row.update(ours_median=a, reference_median=b)
                row["wall_ratio"] = b["wall"] / a["wall"]
                row["cpu_ratio"] = b["cpu"] / a["cpu"]
                row["memory_ratio"] = a["peak"] / b["peak"]
            rows.append(row)
    return rows


def table(report):
    lines = [
        "| part | size | ours | reference | wall s, ours : theirs | faster | CPU s, ours : theirs | less CPU "
        "| peak GiB, ours : theirs | memory |",
        "|---|---|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for part, rows in report["parts"].items():
        for row in rows:
            head = f"| {part} | {report['size']} | {row['ours'][5:]} | {row['reference'][10:]} |"
            if "failed" in row:
                lines.append(f"{head} {row['failed']} | | | | | |")
                continue
            a, b = row["ours_median"], row["reference_median"]
            lines.append(
                f"{head} {a['wall']:.3g} : {b['wall']:.3g} | **{row['wall_ratio']:.2f}×** "
                f"| {a['cpu']:.3g} : {b['cpu']:.3g} | **{row['cpu_ratio']:.2f}×** "
                f"| {a['peak'] / GIB:.2f} : {b['peak'] / GIB:.2f} | {row['memory_ratio']:.2f}× |"
            )
    return "\n".join(lines)


def commit_of(path):
    done = subprocess.run(["git", "-C", str(path), "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def processor_name():
    try:
        return re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())[1]
    except (OSError, TypeError):
        return "unknown"


def parse_arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--reference-repo", required=True)
    ap.add_argument("--reference-python", default=sys.executable)
    ap.add_argument("--bench", default="build/release/bin/animate-bench")
    ap.add_argument("--model-dir", required=True)
    ap.add_argument("--config", help="ours draws weights of this configuration: only the networks of the part, not all")
    ap.add_argument("--parts", default="step,reference,vae-decode,job", help=", ".join(PARTS))
    ap.add_argument("--width", type=int, default=256)
    ap.add_argument("--height", type=int, default=256)
    ap.add_argument("--frames", type=int, default=4)
    ap.add_argument("--steps", type=int, default=2, help="of the job")
    ap.add_argument("--guidance", type=float, default=3.5)
    ap.add_argument("--dtypes", default="float32", help="of ours, e.g. float32,bfloat16")
    ap.add_argument("--device", default="cpu", help="of ours; the reference runs on the CPU")
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--turns", type=int, default=3)
    ap.add_argument("--repeat", type=int, default=1, help="measured runs in each turn, after one that warms up")
    ap.add_argument("--compile", action="store_true", help="the reference through torch.compile, too")
    ap.add_argument("--limit-s", type=float, default=3600, help="of one process")
    ap.add_argument("--json", help="file for all figures")
    args = ap.parse_args()
    unknown = set(args.parts.split(",")) - set(PARTS)
    if unknown:
        ap.error(f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return args


def main():
    args = parse_arguments()
    contestants = [Ours(args, dtype) for dtype in args.dtypes.split(",")]
    contestants += [Reference(args, compiled) for compiled in ([False, True] if args.compile else [False])]
    report = {
        "size": f"{args.width}x{args.height}, {args.frames} frames",
        "processor": processor_name(),
        "threads": args.threads,
        "commit": commit_of(HERE),
        "reference_commit": commit_of(args.reference_repo),
        "command": sys.argv,
        "runs": {},
        "parts": {},
    }
    for part in args.parts.split(","):
        report["runs"][part] = take_turns(contestants, part, args.turns)
        report["parts"][part] = summarise(report["runs"][part])
        if args.json:  # after every part: the next may take an hour
            Path(args.json).write_text(json.dumps(report, indent=2) + "\n")
    print(table(report))
    failed = any("failed" in row for rows in report["parts"].values() for row in rows)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
