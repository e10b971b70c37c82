#!/usr/bin/env bash
# scripts/publish_demo_model.sh and scripts/make_gallery.sh on a model of random
# numbers: from the folder of a training run to the pictures of the README.
#   gallery_scripts.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
source=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# holds COMMAND...: fails the test where the command does.
holds() {
  "$@" || {
    echo "line ${BASH_LINENO[0]}: not so: $*" >&2
    exit 1
  }
}

# refuses TEXT COMMAND...: the command must fail, and say TEXT.
refuses() {
  local text=$1
  shift
  if "$@" >"$work/log" 2>&1; then
    echo "line ${BASH_LINENO[0]}: not refused: $*" >&2
    exit 1
  fi
  holds grep -q -e "$text" "$work/log"
}

"$build/bin/animate-model" random "$work/trained" --config nano --dtype float32
publish=("$source/scripts/publish_demo_model.sh" --build "$build" --out "$work/demo")
size=(--width 64 --height 96)

refuses "Give --width" "${publish[@]}" "$work/trained"
refuses "more than the 1000000" "${publish[@]}" "$work/trained" "${size[@]}" --max-bytes 1000000
refuses "pink" "${publish[@]}" "$work/trained" "${size[@]}" --noise pink
refuses "no folder" "${publish[@]}" "$work/nothing" "${size[@]}"
holds test ! -e "$work/demo"

"${publish[@]}" "$work/trained" "${size[@]}" --steps 2 >"$work/card"
topology=$work/demo/topology.json
holds grep -q '"num_inference_steps": 2' "$topology"
holds grep -q '"noise": "shared"' "$topology"
holds grep -q "licence" "$work/card"
# Once more: the card stays, and what is not said stays as it was.
echo "the card" >"$work/demo/README.md"
"${publish[@]}" "$work/demo" --noise per_frame >/dev/null
holds grep -q "the card" "$work/demo/README.md"
holds grep -q '"num_inference_steps": 2' "$topology"
holds grep -q '"noise": "per_frame"' "$topology"

gallery=$work/gallery
"$source/scripts/make_gallery.sh" --build "$build" --model-dir "$work/demo" \
  --out "$gallery" --characters "1000001 1000002" --motions wave --capture "" \
  --retarget-from 1000003 --frames 3
holds test -e "$gallery/wave/1000002/animated/frame_00002.png"
holds test -e "$gallery/retargeted/1000001/frame_00002.png"
holds grep -q -a ANMF "$gallery/gallery.webp"
# Three columns of 192, three rows of 288 with a label of 20 each.
holds test "$(ffprobe -v error -show_entries stream=width,height -of csv=p=0 \
  "$gallery/gallery.png")" = 576,924
