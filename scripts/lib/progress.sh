# shellcheck shell=bash
# One way to tell how far a script is. Sourced, never run.
#
#   step "build"        -> "[   12 s] build" on standard error
#   fail "no compiler"  -> the message, then exit 1

PROGRESS_STARTED=${PROGRESS_STARTED:-$SECONDS}

step() {
  printf '[%5d s] %s\n' "$((SECONDS - PROGRESS_STARTED))" "$*" >&2
}

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Jobs a compiler may run side by side: one per core, and 1.8 GB of memory
# each, which is what the largest translation unit takes.
parallel_jobs() {
  local cores memory_kb by_memory
  cores=$(nproc)
  memory_kb=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)
  by_memory=$((${memory_kb:-2000000} / 1800000))
  ((by_memory >= 1)) || by_memory=1
  echo $((cores < by_memory ? cores : by_memory))
}
