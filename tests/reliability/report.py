#!/usr/bin/env python3
"""Prints the results of tests/reliability/run_all.sh as a table.

Exits with 1 when a row failed.
"""

import argparse
import json
import pathlib
import sys

ORDER = ("kill", "cut", "cancel", "readers", "sigterm", "accounting", "damage",
         "soak", "fuzz", "throughput")


def read_rows(folder):
    rows = [json.loads(path.read_text())
            for path in sorted(pathlib.Path(folder).glob("*.json"))]
    rows = [row for row in rows if row.get("row") in ORDER]
    rows.sort(key=lambda row: ORDER.index(row["row"]))
    return rows


def add_scrapes_of_other_rows(rows):
    """The books are watched during the other rows, too."""
    others = [row["figures"] for row in rows
              if row["row"] != "accounting" and "scrapes" in
              row.get("figures", {})]
    for row in rows:
        if row["row"] != "accounting" or not others:
            continue
        scrapes = sum(int(figures["scrapes"]) for figures in others)
        faults = sum(int(figures.get("book_faults", 0)) for figures in others)
        row["measured"] += (f"; in the other rows {scrapes} scrapes,"
                            f" {faults} faults")
        row["passed"] = row["passed"] and faults == 0


def as_markdown(rows):
    lines = ["| property | demanded | measured | verdict |",
             "|---|---|---|---|"]
    for row in rows:
        verdict = "holds" if row["passed"] else "FAILS"
        cells = (row["property"], row["demanded"], row["measured"], verdict)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--json", help="write all results to this file")
    options = parser.parse_args()
    rows = read_rows(options.folder)
    if not rows:
        sys.exit(f"{options.folder}: no results")
    add_scrapes_of_other_rows(rows)
    print(as_markdown(rows))
    for row in rows:
        for fault in row.get("faults", []):
            print(f"{row['row']}: {fault}")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=2) + "\n")
    return 0 if all(row["passed"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
