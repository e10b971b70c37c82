#!/usr/bin/env bash
# Checks everything in deploy/ and the Dockerfile, without a cluster and without
# a network. Runs all checks even after one failed.
#
# Tools: yamllint, hadolint and kubernetes-validate (scripts/setup.sh --lint
# installs them), promtool. They are taken from the PATH or from the virtual
# environment ANIMATE_LINT_VENV.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/progress.sh
source scripts/lib/progress.sh

[[ -z ${ANIMATE_LINT_VENV:-} ]] || PATH=$ANIMATE_LINT_VENV/bin:$PATH

failed=()
check() {
  local name=$1
  shift
  "$@" || failed+=("$name")
}

check "yaml" yamllint --strict -c tools/lint/yamllint.yaml deploy
check "Dockerfile" hadolint docker/Dockerfile
check "Prometheus configuration" \
  promtool check config --lint=all deploy/prometheus/prometheus.yml
check "alert rules" promtool check rules --lint=all deploy/prometheus/alerts.yml
check "alert tests" promtool test rules deploy/prometheus/alerts_test.yml
check "alerts, dashboard, metrics" python3 tools/lint/check_monitoring.py
check "dashboard queries" python3 deploy/grafana/check_queries.py
check "Kubernetes and compose" python3 deploy/check_kubernetes.py

((${#failed[@]} == 0)) || fail "failed: $(printf '%s; ' "${failed[@]}")"
step "deploy/ is in order"
