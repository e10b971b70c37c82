#!/usr/bin/env bash
# Measures what the server promises when things go wrong and prints the table of
# docs/testing.md, "Reliability". Exits with 1 when a row fails.
#
#   tests/reliability/run_all.sh [--smoke | --nightly] [--only ROW]... [--seed N]
#                                [--build DIR] [--json FILE] [--keep DIR]
#   tests/reliability/run_all.sh --report DIR [--json FILE]
#
# Without --smoke (a minute) or --nightly (the counts of the promise, hours) it
# tries about a tenth of them. --json writes all results; --keep keeps each
# row's, so that --report puts rows together that ran on different days.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly ROWS=(kill cut cancel readers sigterm accounting damage soak fuzz
               throughput)
scale=short
seed=1
build=build/release
json=
keep=
report=
only=()

usage() {
  sed -n '2,13s/^# \{0,1\}//p' tests/reliability/run_all.sh
}

while (($# > 0)); do
  case $1 in
    --smoke) scale=smoke ;;
    --nightly) scale=nightly ;;
    --only) only+=("$2"); shift ;;
    --seed) seed=$2; shift ;;
    --build) build=$2; shift ;;
    --json) json=$2; shift ;;
    --keep) keep=$2; shift ;;
    --report) report=$2; shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done

print_table() {
  python3 tests/reliability/report.py "$1" ${json:+--json "$json"}
}

if [[ -n $report ]]; then
  print_table "$report"
  exit
fi

results=$keep
if [[ -z $results ]]; then
  results=$(mktemp -d)
  trap 'rm -rf "$results"' EXIT
fi
mkdir -p "$results"
if ((${#only[@]} == 0)); then only=("${ROWS[@]}"); fi

echo "scale $scale, seed $seed, $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)" >&2
for row in "${only[@]}"; do
  if [[ " ${ROWS[*]} " != *" $row "* ]]; then
    echo "no such row: $row; there are: ${ROWS[*]}" >&2
    exit 2
  fi
  echo "== $row ($(date +%H:%M:%S))" >&2
  rm -f "$results/$row.json"
  status=0
  if [[ $row == fuzz ]]; then
    python3 tests/reliability/fuzz_row.py --build "$build" --scale "$scale" \
      --seed "$seed" --json "$results/$row.json" >&2 || status=$?
  else
    "$build/bin/reliability" "$row" --scale "$scale" --seed "$seed" \
      --json "$results/$row.json" >&2 || status=$?
  fi
  # A row that could not even say what it found is the worst of failures.
  if [[ ! -s $results/$row.json ]]; then
    printf '{"row": "%s", "scale": "%s", "property": "%s", "demanded": "", %s}\n' \
      "$row" "$scale" "$row" \
      "\"measured\": \"ended with status $status\", \"passed\": false" \
      > "$results/$row.json"
  fi
done
print_table "$results"
