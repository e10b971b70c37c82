#!/usr/bin/env bash
# Builds the CPU image without a container engine and tries it: the server
# starts on a read-only root as its own user and serves one job.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/progress.sh
source scripts/lib/progress.sh

usage() {
  cat <<'TEXT'
Usage: docker/build_and_smoke.sh [--binaries DIRECTORY] [--keep]

  --binaries DIRECTORY  take animate-server, animate and animate-model from
                        there (build/release/bin) instead of compiling them in
                        the image's build stage, which takes half an hour. The
                        machine must be of the base's distribution and release.
  --keep                keep the image, and say where it is

Needs root, on Debian or Ubuntu, and installs what it lacks: buildah,
mmdebstrap, iproute2, patchelf. 10 GB of disk.

Environment:
  BASE      base image; default: a Debian 12 made by mmdebstrap
  PIP_CERT  certificate authorities for pip, where a proxy has its own
TEXT
}

binaries=
keep=no
while (($# > 0)); do
  case "$1" in
    --binaries)
      binaries=${2:?--binaries needs a directory}
      shift
      ;;
    --keep) keep=yes ;;
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
[[ $EUID == 0 ]] || fail "needs root"
max_megabytes=900

missing=()
for package in buildah mmdebstrap iproute2 patchelf binutils; do
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
    missing+=("$package")
done
if ((${#missing[@]} > 0)); then
  step "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
fi

# The store is private: nothing else on this machine is touched. vfs works on
# any file system; each stage is committed once, so its copies stay few.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/animate/image
mkdir -p "$cache/ccache"
work=$(mktemp -d)
container=
containers() {
  buildah --root "$cache/store" --runroot "$cache/run" --storage-driver vfs "$@"
}
cleanup() {
  [[ -z $container ]] || containers rm "$container" >/dev/null || true
  [[ $keep == yes ]] || containers rmi "${image:-none}" >/dev/null 2>&1 || true
  containers rmi --prune >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT

# --- Base ---------------------------------------------------------------------

if [[ -z ${BASE:-} ]]; then
  BASE=localhost/animate-base:bookworm
  if ! containers inspect --type image "$BASE" >/dev/null 2>&1; then
    step "making the base image"
    # debian:12-slim leaves the same files out.
    mmdebstrap --quiet --variant=minbase \
      --dpkgopt=docker/dpkg-excludes.conf bookworm "$work/base.tar"
    printf 'FROM scratch\nADD base.tar /\nCMD ["/bin/bash"]\n' >"$work/Dockerfile"
    containers build --quiet --isolation chroot --tag "$BASE" "$work" >/dev/null
    rm "$work/base.tar"
  fi
fi

# --- Image --------------------------------------------------------------------

# What is lent to the build leaves no trace in the image.
options=(--volume "$cache/ccache:/root/.cache/ccache")
[[ -z ${PIP_CERT:-} ]] || options+=(--secret "id=pip-cert,src=$PIP_CERT")
if [[ -n $binaries ]]; then
  step "collecting the programs of $binaries"
  docker/collect_runtime.sh cpu "$binaries" "$work/artifacts"
  options+=(--build-context "artifacts-cpu=$work/artifacts")
fi
# Files are as old as the commit: the same commit makes the same image.
options+=(--timestamp "${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}")

step "building the image"
image=localhost/animate:cpu
containers build --isolation chroot --format docker --file docker/Dockerfile \
  --ignorefile docker/Dockerfile.dockerignore --target runtime-cpu \
  --build-arg "BASE=$BASE" --build-arg "VERSION=$(cat VERSION)" \
  --build-arg "REVISION=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)" \
  "${options[@]}" --tag "$image" . >"$work/log" 2>&1 || {
  tail -n 100 "$work/log" >&2
  fail "the image does not build"
}
rm -rf "$work/artifacts"

# --- What is in it ------------------------------------------------------------

setting() { containers inspect --type image --format "$1" "$image"; }

step "looking at the image"
container=$(containers from "$image")
root=$(containers mount "$container")
megabytes=$(du -sxm "$root" | cut -f1)
((megabytes <= max_megabytes)) ||
  fail "the image has $megabytes MB, the budget is $max_megabytes"
[[ $(setting '{{.OCIv1.Config.User}}') == 65532:65532 ]] || fail "wrong user"
[[ $(setting '{{.OCIv1.Config.StopSignal}}') == SIGTERM ]] || fail "wrong stop signal"
[[ $(setting '{{.Docker.Config.Healthcheck.Test}}') == *" health]" ]] || fail "no health check"
for absent in g++ gcc cc cmake ninja ld git python3 pip3; do
  [[ ! -e $root/usr/bin/$absent ]] || fail "the image should not have $absent"
done
[[ -z $(find "$root/var/lib/apt/lists" -type f) ]] || fail "package lists in the image"
[[ -z $(find "$root" -xdev -type f -perm /6000) ]] || fail "set-user-id files in the image"
unresolved=$(find "$root/opt/animate" -type f -printf '/opt/animate/%P\n' |
  xargs chroot "$root" ldd 2>/dev/null | grep 'not found' || true)
[[ -z $unresolved ]] || fail "libraries are missing: $unresolved"
step "$megabytes MB, user 65532, all libraries found, no compiler, no set-user-id file"

# --- Whether it works ---------------------------------------------------------

# The image's own settings decide what is run, and with which environment.
setting '{{range .OCIv1.Config.Env}}{{println .}}{{end}}' | sed '/^$/d' >"$work/env"
setting '{{range .OCIv1.Config.Entrypoint}}{{println .}}{{end}}' | sed '/^$/d' >"$work/command"

step "serving one job on a read-only root"
unshare --mount --net --pid --fork --kill-child --mount-proc \
  docker/smoke_inside.sh "$root" "$work/env" "$work/command"
[[ $keep == no ]] ||
  step "kept: buildah --root $cache/store --runroot $cache/run --storage-driver vfs images"
step "the CPU image works"
