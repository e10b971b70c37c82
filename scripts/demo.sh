#!/usr/bin/env bash
# From a clone to an animated picture: installs what is missing, builds, starts
# a server on a free port of this machine, animates a photograph by a dance over
# gRPC, stops the server and says where the result is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/progress.sh
source scripts/lib/progress.sh
# shellcheck source=scripts/lib/server.sh
source scripts/lib/server.sh

usage() {
  cat <<'TEXT'
Usage: scripts/demo.sh [--no-setup] [-- ANIMATE-RUN-ARGUMENT...]

Environment:
  MODEL_DIR   a model folder; default: models/demo, else the test network
  REFERENCE   a picture;      default: models/demo_inputs/astronaut.png
  POSE        a pose clip;    default: models/demo_inputs/dance.mp4

What follows -- goes to `animate run`, after this script's own flags:
  scripts/demo.sh -- --frames 48 --steps 20
TEXT
}

setup=yes
while (($# > 0)); do
  case "$1" in
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

trained=yes
model=${MODEL_DIR:-models/demo}
if [[ -z ${MODEL_DIR:-} && ! -d $model ]]; then
  model=tests/golden/nano/pretrained_weights
  trained=no
fi
reference=${REFERENCE:-models/demo_inputs/astronaut.png}
pose=${POSE:-models/demo_inputs/dance.mp4}
out=out/demo
build=build/release

[[ $setup == no ]] || scripts/setup.sh
jobs=$(parallel_jobs)
step "building with $jobs jobs"
mkdir -p "$out"
cmake --preset release >"$out/configure.log" 2>&1 || {
  cat "$out/configure.log" >&2
  fail "cannot configure"
}
cmake --build "$build" -j "$jobs" --target animate-server animate

step "starting the server with $model"
trap stop_server EXIT
start_server "$build" "$model" "$out/server.log" || fail "no server"
step "the server listens on $SERVER_ADDRESS, metrics on http://$METRICS_ADDRESS/metrics"
"$build/bin/animate" info --server "$SERVER_ADDRESS"

step "animating $reference by $pose"
"$build/bin/animate" run --server "$SERVER_ADDRESS" \
  --reference "$reference" --pose "$pose" \
  --width 256 --height 256 --frames 24 --steps 10 --seed 42 \
  --out "$out/result.mp4" --contact-sheet "$out/contact_sheet.png" "$@"
stop_server

# A GIF of the same frames, for places that show no video.
ffmpeg -loglevel error -y -i "$out/result.mp4" \
  -vf 'split[a][b];[a]palettegen[p];[b][p]paletteuse' "$out/result.gif"

step "done:"
echo "  clip           $out/result.mp4"
echo "  as a GIF       $out/result.gif"
echo "  contact sheet  $out/contact_sheet.png"
if [[ $trained == no ]]; then
  cat <<'TEXT'

The networks of this demo are tiny and their weights are random numbers, so the
pictures look like noise. That is what they should look like: every part of the
pipeline has run. Give MODEL_DIR=<folder> to use trained weights.
TEXT
fi
