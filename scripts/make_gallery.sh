#!/usr/bin/env bash
# The demo gallery: invented characters by motions, through a running server, as
# one animated WebP and one PNG sheet with labels. A column is a character that
# no training run has seen, with its reference on top; a row is a motion, with
# its skeleton on the left. Among the rows are a motion capture and a motion of
# one body retargeted to all the others.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/progress.sh
source scripts/lib/progress.sh
# shellcheck source=scripts/lib/server.sh
source scripts/lib/server.sh
# shellcheck source=scripts/lib/picture_grid.sh
source scripts/lib/picture_grid.sh

usage() {
  cat <<'TEXT'
Usage: scripts/make_gallery.sh [OPTION...] [-- ANIMATE-RUN-ARGUMENT...]

  --server HOST:PORT   a server that runs already; default: one is started
  --model-dir DIR      for that one; default: models/demo
  --build DIR          where the programs are; default: build/release
  --out DIR            default: out/gallery
  --characters LIST    seeds; default: six at or above 1000000, which no
                       training run sees
  --motions LIST       of `animate pose synth`; default: dance walk wave box
  --capture FILE       a motion-capture file, "" for none; default:
                       models/demo_inputs/motions/humanoid3d_dance_b.txt
  --retarget-from SEED the body whose dance all others do, "" for none
  --frames N           default: 24
  --max-bytes N        of the animated file; default: 3000000

Lists are words in one argument. Makes gallery.webp and gallery.png in the
folder --out, and keeps the parts beside them.
TEXT
}

server=
model=models/demo
build=build/release
out=out/gallery
characters="1000001 1000007 1000012 1000019 1000024 1000033"
motions="dance walk wave box"
capture=models/demo_inputs/motions/humanoid3d_dance_b.txt
retarget_from=1000099
frames=24
max_bytes=3000000
while (($# > 0)); do
  case "$1" in
    -h | --help)
      usage
      exit 0
      ;;
    --)
      shift
      break
      ;;
  esac
  (($# >= 2)) || {
    usage >&2
    exit 2
  }
  case "$1" in
    --server) server=$2 ;;
    --model-dir) model=$2 ;;
    --build) build=$2 ;;
    --out) out=$2 ;;
    --characters) characters=$2 ;;
    --motions) motions=$2 ;;
    --capture) capture=$2 ;;
    --retarget-from) retarget_from=$2 ;;
    --frames) frames=$2 ;;
    --max-bytes) max_bytes=$2 ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
  shift 2
done
read -ra characters <<<"$characters"
read -ra motions <<<"$motions"
[[ -z $capture ]] || motions+=("$capture")
((${#characters[@]} > 0 && ${#motions[@]} > 0)) || fail "no characters, or no motions"

mkdir -p "$out"
if [[ -z $server ]]; then
  step "starting a server with $model"
  trap stop_server EXIT
  start_server "$build" "$model" "$out/server.log" || fail "no server"
  server=$SERVER_ADDRESS
fi
read -r width height < <(model_size "$build" "$server")
((width > 0)) || {
  width=256
  height=384
}
fps=24

# synth CHARACTER MOTION FOLDER
synth() {
  rm -rf "$3"
  "$build/bin/animate" pose synth --character "$1" --motion "$2" \
    --motion-seed 1000000 --width "$width" --height "$height" \
    --frames "$frames" --fps "$fps" --out "$3" >/dev/null
}

# animate_by POSES CLIP FOLDER animate-run-argument...
# CLIP has the reference.
animate_by() {
  local poses=$1 clip=$2 folder=$3
  shift 3
  rm -rf "$folder"
  "$build/bin/animate" run --server "$server" --pose "$poses" \
    --reference "$clip/reference.png" \
    --width "$width" --height "$height" --frames "$frames" --seed 42 \
    --out "$folder" "$@" >/dev/null 2>"$out/last_run.log" || {
    cat "$out/last_run.log" >&2
    fail "cannot animate $clip by $poses"
  }
}

# label_of MOTION: what people read.
label_of() {
  [[ -f $1 ]] && echo "motion capture" || echo "${1//_/ }"
}

grid_begin "$width" "$height" "$fps" "$frames"
step "inventing ${#characters[@]} characters"
for character in "${characters[@]}"; do
  synth "$character" "${motions[0]}" "$out/characters/$character"
done
references=()
for character in "${characters[@]}"; do
  references+=("$out/characters/$character/reference.png")
done
grid_columns "" "${characters[@]}"
grid_row "" "" "${references[@]}"

for motion in "${motions[@]}"; do
  name=$(basename "${motion%.*}")
  step "$(label_of "$motion")"
  cells=()
  for character in "${characters[@]}"; do
    clip=$out/$name/$character
    synth "$character" "$motion" "$clip"
    animate_by "$clip/keypoints.json" "$clip" "$clip/animated" --retarget none "$@"
    cells+=("$clip/animated")
  done
  grid_row "$(label_of "$motion")" "$out/$name/${characters[0]}/poses" "${cells[@]}"
done

if [[ -n $retarget_from ]]; then
  step "the dance of character $retarget_from, retargeted"
  driving=$out/retargeted/driving
  synth "$retarget_from" dance "$driving"
  cells=()
  for character in "${characters[@]}"; do
    clip=$out/characters/$character
    animate_by "$driving/keypoints.json" "$clip" "$out/retargeted/$character" \
      --retarget sequence --reference-pose "$clip/reference.json" "$@"
    cells+=("$out/retargeted/$character")
  done
  grid_row "dance of another body, retargeted" "$driving/poses" "${cells[@]}"
fi

step "putting ${#characters[@]} columns and the rows together"
grid_write_sheet "$out/gallery.png"
grid_write_animation "$out/gallery.webp" "$max_bytes"
step "done:"
echo "  animated  $out/gallery.webp, $(stat -c %s "$out/gallery.webp") bytes"
echo "  sheet     $out/gallery.png"
