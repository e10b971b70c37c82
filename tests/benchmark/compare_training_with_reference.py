#!/usr/bin/env python3
"""Compares a stage-1 training step with the Python reference: same networks, same weights, same threads, in turns.

compare_training_with_reference.py --reference-repo CHECKOUT --reference-python PYTHON --bench animate-train-bench
    --model-dir DIR [--width 256 --height 256 --batch 1] [--threads 1] [--turns 3] [--repeat 2] [--json FILE]

CHECKOUT is MooreThreads/Moore-AnimateAnyone, PYTHON an interpreter with its requirements, DIR a model folder in the
published layout that both begin with (`animate-model random` makes one, `animate-train stage1` another). Both take
whole steps on pictures that lie ready: two encodings by the VAE, CLIP, ReferenceNet, Pose Guider, denoising UNet, loss,
gradients, clipping, AdamW; float32 on the CPU, no gradient checkpointing, no moving average. Prints a Markdown table of
medians as compare_with_reference.py does: seconds on the clock, CPU seconds, ratios, peak of the resident memory.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import compare_with_reference as compare

HERE = Path(__file__).resolve().parent
PART = "train-stage1"


def run_config(args):
    """What our side is told: the reference's loss on the same sizes."""
    return {
        "output": "unused",
        "task": {
            "init": {"model": str(args.model_dir)},
            "diffusion": {"snr_gamma": 5},
            "condition_dropout": 0,
            "device": "cpu",
        },
        "data": {"width": args.width, "height": args.height, "frames": 1},
        "trainer": {"batch_size": args.batch, "learning_rate": {"peak": 1e-5}, "ema_decay": 0},
    }


class Ours:
    name = "ours float32"

    def __init__(self, args, config):
        self.args, self.config = args, config

    def run(self, part):
        a = self.args
        command = [a.bench, "stage1", "--config", self.config, "--repeat", a.repeat, "--threads", a.threads]
        return compare.run_json([str(word) for word in command], a.limit_s)


class Reference:
    name = "reference eager"

    def __init__(self, args):
        self.args = args

    def run(self, part):
        a = self.args
        command = [a.reference_python, HERE / "reference_training_step.py", "--reference-repo", a.reference_repo]
        command += ["--model-dir", a.model_dir, "--width", a.width, "--height", a.height, "--batch", a.batch]
        command += ["--repeat", a.repeat, "--threads", a.threads]
        return compare.run_json([str(word) for word in command], a.limit_s)


def parse_arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--reference-repo", required=True)
    ap.add_argument("--reference-python", default=sys.executable)
    ap.add_argument("--bench", default="build/release/bin/animate-train-bench")
    ap.add_argument("--model-dir", required=True, type=Path)
    ap.add_argument("--width", type=int, default=256)
    ap.add_argument("--height", type=int, default=256)
    ap.add_argument("--batch", type=int, default=1)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--turns", type=int, default=3)
    ap.add_argument("--repeat", type=int, default=2, help="measured steps in each turn, after one that warms up")
    ap.add_argument("--limit-s", type=float, default=3600, help="of one process")
    ap.add_argument("--json", help="file for all figures")
    return ap.parse_args()


def main():
    args = parse_arguments()
    os.environ.setdefault("OMP_NUM_THREADS", str(args.threads))
    report = {
        "size": f"{args.width}x{args.height}, batch {args.batch}",
        "processor": compare.processor_name(),
        "threads": args.threads,
        "commit": compare.commit_of(HERE),
        "reference_commit": compare.commit_of(args.reference_repo),
        "command": sys.argv,
    }
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "stage1.json"
        config.write_text(json.dumps(run_config(args)))
        results = compare.take_turns([Ours(args, config), Reference(args)], PART, args.turns)
    report["runs"] = {PART: results}
    report["parts"] = {PART: compare.summarise(results)}
    if args.json:
        Path(args.json).write_text(json.dumps(report, indent=2) + "\n")
    print(compare.table(report))
    return 1 if any("failed" in row for row in report["parts"][PART]) else 0


if __name__ == "__main__":
    sys.exit(main())
