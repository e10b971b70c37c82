#!/usr/bin/env python3
"""The arithmetic and the table of compare_with_reference.py, with made-up contestants."""

import contextlib
import io
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import compare_with_reference as compare


class Contestant:
    """Takes `walls` seconds in turn; a string is a failure."""

    def __init__(self, name, walls, peak=0):
        self.name, self.walls, self.peak, self.log = name, list(walls), peak, None

    def run(self, part):
        self.log.append(self.name)
        wall = self.walls.pop(0)
        if isinstance(wall, str):
            return wall
        return {"wall_seconds": [wall], "cpu_seconds": [2 * wall], "peak_resident_bytes": self.peak}


def compete(*contestants, turns):
    log = []
    for c in contestants:
        c.log = log
    with contextlib.redirect_stderr(io.StringIO()):
        results = compare.take_turns(contestants, "step", turns)
    return log, results


class CompareTest(unittest.TestCase):
    def test_contestants_alternate(self):
        log, _ = compete(Contestant("ours float32", [1, 1]), Contestant("reference eager", [2, 2]), turns=2)
        self.assertEqual(log, ["ours float32", "reference eager"] * 2)

    def test_ratios_are_of_medians(self):
        ours = Contestant("ours float32", [1.0, 9.0, 2.0], peak=6 * compare.GIB)
        theirs = Contestant("reference eager", [3.0, 5.0, 90.0], peak=12 * compare.GIB)
        _, results = compete(ours, theirs, turns=3)
        (row,) = compare.summarise(results)
        self.assertAlmostEqual(row["wall_ratio"], 2.5)
        self.assertAlmostEqual(row["cpu_ratio"], 2.5)
        self.assertAlmostEqual(row["memory_ratio"], 0.5)
        text = compare.table({"size": "8x8, 1 frames", "parts": {"step": [row]}})
        self.assertIn("| step | 8x8, 1 frames | float32 | eager | 2 : 5 | **2.50×** |", text)

    def test_a_failure_is_reported_and_not_repeated(self):
        log, results = compete(
            Contestant("ours float32", [1, 1]), Contestant("reference compiled", ["exit code 1: no compiler"]), turns=2
        )
        self.assertEqual(log.count("reference compiled"), 1)
        (row,) = compare.summarise(results)
        self.assertIn("no compiler", row["failed"])
        self.assertIn("no compiler", compare.table({"size": "", "parts": {"step": [row]}}))

    def test_the_last_line_of_a_failing_process_is_the_reason(self):
        fails = [sys.executable, "-c", "import sys; sys.exit('first\\nlast')"]
        self.assertEqual(compare.run_json(fails, 60), "exit code 1: last")
        prints = [sys.executable, "-c", "print('warning'); print('{\"a\": 1}')"]
        self.assertEqual(compare.run_json(prints, 60), {"a": 1})

    def test_an_unknown_part_is_a_usage_error(self):
        script = Path(compare.__file__)
        done = subprocess.run(
            [sys.executable, script, "--reference-repo", ".", "--model-dir", ".", "--parts", "everything"],
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 2)
        self.assertIn("everything", done.stderr)


if __name__ == "__main__":
    unittest.main()
