#!/usr/bin/env bash
# From a clone to an animated picture: installs what is missing, builds, starts
# a server on a free port of this machine, animates a picture by a motion over
# gRPC, stops the server and says where the result is. With the trained model of
# models/demo the picture is a character that it has never seen, invented for
# the occasion; other models get a photograph and a dance.
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
  REFERENCE   a picture;      default: an invented character with models/demo,
                              else models/demo_inputs/astronaut.png
  POSE        a pose clip;    default: a motion of that character, else
                              models/demo_inputs/dance.mp4
  CHARACTER   seed of the invented character; the model was trained on those
              below 1000000
  MOTION      its motion, as in `animate pose synth --motion`

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

model=${MODEL_DIR:-models/demo}
demo_model=no
[[ ! -f $model/denoising_unet.safetensors || $model != models/demo ]] || demo_model=yes
untrained=no
if [[ -z ${MODEL_DIR:-} && $demo_model == no ]]; then
  model=tests/golden/nano/pretrained_weights
  untrained=yes
  step "there is no trained model in models/demo: taking the test network, whose weights are random numbers"
fi
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

# Where the model has a size and a sampling of its own, nothing is asked for.
read -r width height < <(model_size "$build" "$SERVER_ADDRESS")
request=(--frames 24 --seed 42)
((width > 0)) || request+=(--width 256 --height 256 --steps 10)

reference=${REFERENCE:-models/demo_inputs/astronaut.png}
pose=${POSE:-models/demo_inputs/dance.mp4}
if [[ $demo_model == yes && -z ${REFERENCE:-}${POSE:-} ]]; then
  character=${CHARACTER:-1000012}
  motion=${MOTION:-walk}
  step "inventing character $character, who will do: $motion"
  "$build/bin/animate" pose synth --character "$character" --motion "$motion" \
    --motion-seed 1000000 --width "$width" --height "$height" --frames 24 \
    --out "$out/character"
  reference=$out/character/reference.png
  pose=$out/character/keypoints.json
  # The motion is that of this very body.
  request+=(--retarget none)
fi

step "animating $reference by $pose"
"$build/bin/animate" run --server "$SERVER_ADDRESS" \
  --reference "$reference" --pose "$pose" "${request[@]}" \
  --out "$out/result.mp4" --contact-sheet "$out/contact_sheet.png" "$@"
stop_server

# A GIF of the same frames, for places that show no video.
ffmpeg -loglevel error -y -i "$out/result.mp4" \
  -vf 'split[a][b];[a]palettegen[p];[b][p]paletteuse' "$out/result.gif"

step "done:"
echo "  clip           $out/result.mp4"
echo "  as a GIF       $out/result.gif"
echo "  contact sheet  $out/contact_sheet.png"
if [[ $untrained == yes ]]; then
  cat <<'TEXT'

The networks of this demo are tiny and their weights are random numbers, so the
pictures look like noise. That is what they should look like: every part of the
pipeline has run. Give MODEL_DIR=<folder> to use trained weights.
TEXT
fi
