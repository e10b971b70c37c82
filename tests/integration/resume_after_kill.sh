#!/usr/bin/env bash
# The real programs and a real model: a server is killed with SIGKILL while it
# denoises, another one is started on the same folder, and `animate run
# --resume` ends with the bytes of a run that nobody disturbed. Then the same
# with SIGTERM and a drain that is too short.
#   resume_after_kill.sh SOURCE_DIR BUILD_DIR [MODEL_DIR [REFERENCE POSES]]
# MODEL_DIR: tests/golden/nano by default. Prints where each job went on.
set -euo pipefail
source=$1 build=$2
nano=$source/tests/golden/nano
model=${3:-$nano/pretrained_weights}
reference=${4:-$nano/inputs/ref.png}
work=$(mktemp -d)
# shellcheck source=scripts/lib/progress.sh
source "$source/scripts/lib/progress.sh"
# shellcheck source=scripts/lib/server.sh
source "$source/scripts/lib/server.sh"
trap 'stop_server; rm -rf "$work"' EXIT

poses=("$nano"/inputs/pose_0?.png)
(($# < 5)) || poses=("$5")

fail() {
  echo "resume_after_kill: $*" >&2
  [[ -e $work/log ]] && cat "$work/log" >&2
  exit 1
}

# serve DATA_DIR [server-argument...]: every step is stored.
serve() {
  local data_dir=$1
  shift
  start_server "$build" "$model" "$work/log" --device cpu --cpu-threads 1 \
    --pose-detector none --data-dir "$data_dir" --checkpoint-interval 1ms "$@"
}

job_flags=(--reference "$reference" --pose "${poses[@]}" --frames 6 --steps 40
  --width 80 --height 72 --seed 7 --frame-format png)

# submit: prints the name of a new job.
submit() {
  "$build/bin/animate" jobs submit --server "$SERVER_ADDRESS" --json \
    "${job_flags[@]}" | python3 -c 'import json, sys
print(json.load(sys.stdin)["name"])'
}

# await_step JOB STEP: returns once so many steps are done, and not all.
await_step() {
  local step attempt
  for ((attempt = 0; attempt < 3000; ++attempt)); do
    step=$("$build/bin/animate" jobs get --server "$SERVER_ADDRESS" --json "$1" |
      python3 -c 'import json, sys
job = json.load(sys.stdin)
assert job["state"] in ("STATE_PENDING", "STATE_RUNNING"), job["state"]
print(job.get("progress", {}).get("step", 0))') || fail "the job was too fast"
    ((step < $2)) || return 0
    sleep 0.05
  done
  fail "step $2 was not reached"
}

# resume JOB OUT: saves the frames of JOB; fails unless it went on in the middle.
resume() {
  "$build/bin/animate" run --server "$SERVER_ADDRESS" --resume "$1" --out "$2" \
    >/dev/null || fail "the job did not end well"
  local line
  line=$(grep '"event":"job_resumed"' "$work/log") || fail "it was not resumed"
  [[ $line =~ \"step\":([1-9][0-9]*) ]] || fail "$line"
  echo "went on after step ${BASH_REMATCH[1]} of 40"
  fetch "http://$METRICS_ADDRESS/metrics" |
    grep -q '^animate_jobs_resumed_total{result="continued"} 1' ||
    fail "animate_jobs_resumed_total does not say so"
}

serve "$work/undisturbed"
"$build/bin/animate" run --server "$SERVER_ADDRESS" "${job_flags[@]}" \
  --out "$work/want" >/dev/null
stop_server

serve "$work/killed"
job=$(submit)
await_step "$job" 3
kill -KILL "$SERVER_PID"
wait "$SERVER_PID" 2>/dev/null || true
serve "$work/killed"
resume "$job" "$work/got_killed"
stop_server

serve "$work/drained" --drain-timeout 0s
job=$(submit)
await_step "$job" 3
kill -TERM "$SERVER_PID"
wait "$SERVER_PID" || fail "exit code $? after SIGTERM"
serve "$work/drained"
resume "$job" "$work/got_drained"
stop_server

for got in killed drained; do
  diff -r "$work/want" "$work/got_$got" || fail "the frames differ: $got"
done
echo "every byte as undisturbed: $(find "$work/want" -type f | wc -l) files"
