#!/usr/bin/env bash
# Runs an image's server as an engine would: on its own root file system,
# read-only, as user 65532 without any rights, as process 1; then one job
# through the image's own client. Called by build_and_smoke.sh in namespaces of
# its own, which take mounts, processes and the network along when they end.
#
# Usage: docker/smoke_inside.sh ROOT ENVIRONMENT_FILE COMMAND_FILE
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/progress.sh
source scripts/lib/progress.sh

root=$1
mapfile -t environment <"$2"
mapfile -t command <"$3"

ip link set lo up
mkdir -p "$root"/{models,inputs}
mount --bind "$root" "$root"
mount --bind tests/golden/nano/pretrained_weights "$root/models"
mount --bind models/demo_inputs "$root/inputs"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
for part in . models inputs; do
  mount -o remount,bind,ro "$root/$part"
done

drop=(setpriv --reuid 65532 --regid 65532 --clear-groups --no-new-privs
  --bounding-set=-all --inh-caps=-all env -i "${environment[@]}")
inside() { chroot "$root" "${drop[@]}" "$@"; }

log=$root/tmp/server.log
unshare --pid --fork --kill-child chroot "$root" "${drop[@]}" "${command[@]}" \
  --drain-pause 0s >"$log" 2>&1 &
outside=$!

give_up() {
  cat "$log" >&2
  fail "$*"
}

inside touch /tmp/scratch || give_up "/tmp is not writable"
! inside touch /opt/animate/written 2>/dev/null || give_up "the root is writable"

for ((attempt = 0; attempt < 600; ++attempt)); do
  kill -0 "$outside" 2>/dev/null || give_up "the server ended"
  ! inside animate health >/dev/null 2>&1 || break
  sleep 0.2
done
inside animate health >/dev/null || give_up "the server did not become ready"
step "ready as process 1 and user 65532"

inside animate run --reference /inputs/astronaut.png --pose /inputs/dance.mp4 \
  --width 64 --height 64 --frames 4 --steps 2 --seed 1 \
  --out /tmp/result.mp4 --contact-sheet /tmp/sheet.png || give_up "the job failed"
[[ -s $root/tmp/result.mp4 && -s $root/tmp/sheet.png ]] || give_up "no result"

# http PATH : the answer of the metrics port.
http() {
  exec 3<>/dev/tcp/127.0.0.1/9400
  printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&3
  cat <&3
  exec 3>&-
}
[[ $(http /readyz) == "HTTP/1."*" 200 "* ]] || give_up "/readyz does not answer 200"
http /metrics | grep -E '^animate_jobs_finished_total\{.*state="succeeded".*\} 1$' >/dev/null ||
  give_up "/metrics does not show the job"
# The build's context has no .git: the revision must have been passed on.
if git rev-parse HEAD >/dev/null 2>&1; then
  http /metrics | grep -E '^animate_build_info\{.*commit="[0-9a-f]{7,}".*\} 1$' >/dev/null ||
    give_up "/metrics does not name the revision"
fi
inside animate info | grep '^detector' >/dev/null ||
  give_up "the server found no pose detector"
step "one job served, and counted"

# As an engine stops a container: the signal goes to process 1.
server=$(cat "/proc/$outside/task/$outside/children")
kill -TERM "${server// /}"
status=0
wait "$outside" || status=$?
((status == 0)) || give_up "on SIGTERM the server ended with $status"
step "SIGTERM drained it"
