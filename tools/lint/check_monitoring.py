#!/usr/bin/env python3
"""Holds alerts, their tests, their runbooks, dashboards and metrics together.

Every alert has a test (deploy/prometheus/alerts_test.yml) and a section of its
name in docs/operations.md; every metric that an alert or the dashboard asks for
exists: in the server's own table, or, with --metrics FILE, in what a running
server has exported. With that, every exported metric is also in
docs/operations.md.
"""

import argparse
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ALERTS = ROOT / "deploy/prometheus/alerts.yml"
TESTS = ROOT / "deploy/prometheus/alerts_test.yml"
DASHBOARD = ROOT / "deploy/grafana/animate.json"
RUNBOOKS = ROOT / "docs/operations.md"
METRIC = re.compile(r"\b((?:animate|grpc_server|process)_[a-z0-9_]+)\b")
HISTOGRAM_PART = re.compile(r"_(bucket|sum|count)$")


def asked_for():
    """Metric names in alerts and dashboard -> where they are asked for."""
    names = {}
    for line in ALERTS.read_text().splitlines():
        if "runbook_url" not in line:
            for name in METRIC.findall(line):
                names.setdefault(name, ALERTS.name)
    dashboard = json.loads(DASHBOARD.read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            for name in METRIC.findall(target["expr"]):
                names.setdefault(name, f"{DASHBOARD.name}: {panel['title']}")
    return names


def known_metrics(metrics_file):
    """Names that exist, and those of them that are families of their own."""
    if metrics_file is None:
        text = "".join(p.read_text() for p in
                       (ROOT / "server/metrics").glob("*.cc"))
        families = {n for n in METRIC.findall(text)}
    else:
        families = set(re.findall(r"^# TYPE (\S+) ", metrics_file.read_text(),
                                  re.MULTILINE))
    return families


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--metrics", type=pathlib.Path)
    args = parser.parse_args()
    faults = []

    alerts = re.findall(r"- alert: (\w+)", ALERTS.read_text())
    tested = set(re.findall(r"alertname: (\w+)", TESTS.read_text()))
    runbook = RUNBOOKS.read_text()
    for alert in alerts:
        if alert not in tested:
            faults.append(f"{alert}: no test in {TESTS.name}")
        if f"### {alert}\n" not in runbook:
            faults.append(f"{alert}: no section in {RUNBOOKS.name}")
        if f"#{alert.lower()}\n" not in ALERTS.read_text():
            faults.append(f"{alert}: no runbook_url")

    families = known_metrics(args.metrics)
    for name, where in sorted(asked_for().items()):
        if name not in families and HISTOGRAM_PART.sub("", name) not in families:
            faults.append(f"{where}: there is no metric {name}")
    if args.metrics is not None:
        for name in sorted(families):
            if f"`{name}`" not in runbook:
                faults.append(f"{RUNBOOKS.name} does not explain {name}")

    for fault in faults:
        print(fault)
    print(f"check_monitoring: {len(alerts)} alerts, {len(families)} metrics, "
          f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
