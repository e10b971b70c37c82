#!/usr/bin/env python3
"""Lets promtool read every query of the dashboard.

Grafana's variables are filled in and each query becomes a recording rule, so
that a slip in the query language shows here and not as an empty panel.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

DASHBOARD = pathlib.Path(__file__).resolve().parent / "animate.json"
VARIABLES = {"$__rate_interval": "5m", "$job": ".+", "$instance": ".+"}


def main():
    dashboard = json.loads(DASHBOARD.read_text())
    rules = []
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            query = target["expr"]
            for name, value in VARIABLES.items():
                query = query.replace(name, value)
            rules.append({"record": f"panel:{len(rules)}:query", "expr": query})
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        # JSON is YAML.
        json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, file)
        file.flush()
        status = subprocess.run(["promtool", "check", "rules", file.name],
                                check=False, capture_output=True, text=True)
    if status.returncode != 0:
        print(status.stdout + status.stderr)
    print(f"check_queries: {len(rules)} queries, "
          f"{'faulty' if status.returncode else 'all readable'}")
    return status.returncode


if __name__ == "__main__":
    sys.exit(main())
