#!/usr/bin/env bash
# Builds everything and runs every test. Ends with ctest's summary and exits
# with its verdict.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/progress.sh
source scripts/lib/progress.sh

usage() {
  cat <<'TEXT'
Usage: scripts/test.sh [--asan|--tsan|--preset NAME] [--no-setup] [-- CTEST-ARGUMENT...]

  (default)      preset release: all tests
  --asan         AddressSanitizer, LeakSanitizer and UBSan: all tests
  --tsan         ThreadSanitizer: the tests of queue, worker, stream and
                 cancellation (docs/adr/0005 says why not the others)
  --preset NAME  any preset of CMakePresets.json
  --no-setup     do not look whether everything is installed

What follows -- goes to ctest: scripts/test.sh -- -R queue_test
TEXT
}

preset=release
setup=yes
while (($# > 0)); do
  case "$1" in
    --asan) preset=asan ;;
    --tsan) preset=tsan ;;
    --preset)
      preset=${2:?--preset needs a name}
      shift
      ;;
    --no-setup) setup=no ;;
    --)
      shift
      break
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
  shift
done

[[ $setup == no ]] || scripts/setup.sh
jobs=$(parallel_jobs)
build=build/$preset

step "configuring $build"
cmake --preset "$preset" >"/tmp/animate-configure.$$" 2>&1 || {
  cat "/tmp/animate-configure.$$" >&2
  fail "cannot configure"
}
rm -f "/tmp/animate-configure.$$"

targets=()
if [[ $preset == tsan ]]; then
  # Nothing but the tests it runs and what they link.
  mapfile -t targets < <(ctest --test-dir "$build" -N | sed -n 's/^ *Test *#[0-9]*: \(.*_test\)$/\1/p')
fi
step "building $build with $jobs jobs"
cmake --build "$build" -j "$jobs" ${targets[0]+--target "${targets[@]}"}

step "testing $build"
# One thread per test: they run side by side. Sanitizers and CTest get their
# settings from cmake/AnimateTargets.cmake.
status=0
OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} \
  ctest --test-dir "$build" --output-on-failure -j "$jobs" "$@" || status=$?
python3 tools/lint/count_cases.py "$build/Testing/Temporary/LastTest.log"
step "$preset: $([[ $status == 0 ]] && echo passed || echo FAILED)"
exit "$status"
