#!/usr/bin/env bash
# Turns a folder that animate-train has written into the model that is shipped:
# float16, with its sampling defaults, checked. Ends with what its model card
# must say; figures come from animate-eval, never from here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/progress.sh
source scripts/lib/progress.sh

usage() {
  cat <<'TEXT'
Usage: scripts/publish_demo_model.sh TRAINED [OPTION...]

  TRAINED              the folder of animate-train, a complete model
  --width W --height H pixels it was trained for
  --steps N            DDIM steps
  --guidance G         1 switches it off
  --noise MODE         per_frame or shared
  --context-schedule S closed, open or edge
                       these six are the default sampling; what is not given is
                       as TRAINED has it, else 1 step, guidance 1, shared, open
  --out DIR            default: models/demo; an earlier model is replaced, its
                       README.md kept
  --build DIR          where animate-model is; default: build/release
  --max-bytes N        of the whole folder; default: 18000000
TEXT
}

trained=
declare -A sampling
out=models/demo
build=build/release
max_bytes=18000000
while (($# > 0)); do
  case "$1" in
    -h | --help)
      usage
      exit 0
      ;;
    -*)
      (($# >= 2)) || fail "$1 needs a value"
      case "$1" in
        --width) sampling[width]=$2 ;;
        --height) sampling[height]=$2 ;;
        --steps) sampling[num_inference_steps]=$2 ;;
        --guidance) sampling[guidance_scale]=$2 ;;
        --noise) sampling[noise]=\"$2\" ;;
        --context-schedule) sampling[context_schedule]=\"$2\" ;;
        --out) out=$2 ;;
        --build) build=$2 ;;
        --max-bytes) max_bytes=$2 ;;
        *)
          usage >&2
          exit 2
          ;;
      esac
      shift
      ;;
    *) trained=$1 ;;
  esac
  shift
done
[[ -n $trained ]] || {
  usage >&2
  exit 2
}
[[ -d $trained ]] || fail "no folder: $trained"

# Beside the destination, so that the last step is a rename.
mkdir -p "$(dirname "$out")"
made=$out.new.$$
trap 'rm -rf "$made"' EXIT
step "converting $trained to float16"
"$build/bin/animate-model" convert "$trained" "$made" --dtype float16

step "adding the sampling defaults"
given=()
for key in "${!sampling[@]}"; do
  given+=("$key=${sampling[$key]}")
done
defaults=$(
  python3 - "$made/topology.json" "${given[@]}" <<'PYTHON'
import json
import sys

path, given = sys.argv[1], sys.argv[2:]
with open(path, encoding="utf-8") as file:
    topology = json.load(file)
sampling = {
    "num_inference_steps": 1,
    "guidance_scale": 1.0,
    "noise": "shared",
    "context_schedule": "open",
}
sampling.update(topology.get("sampling") or {})
for pair in given:
    key, value = pair.split("=", 1)
    sampling[key] = json.loads(value)
if not {"width", "height"} <= sampling.keys():
    sys.exit("which size was it trained for? Give --width and --height")
topology["sampling"] = sampling
with open(path, "w", encoding="utf-8") as file:
    json.dump(topology, file, indent=2)
    file.write("\n")
print(json.dumps(sampling))
PYTHON
)
[[ ! -f $out/README.md ]] || cp "$out/README.md" "$made/"

step "verifying"
"$build/bin/animate-model" verify "$made" --dtype float16 ||
  fail "the converted model is not in order"
bytes=$(find "$made" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
((bytes <= max_bytes)) ||
  fail "the model has $bytes bytes, more than the $max_bytes it may have"

rm -rf "$out.old.$$"
[[ ! -e $out ]] || mv "$out" "$out.old.$$"
mv "$made" "$out"
rm -rf "$out.old.$$"
step "$out: $bytes bytes"
"$build/bin/animate-model" inspect "$out" | sed '/^Configuration/,$d'
cat <<TEXT

$out/README.md, the model card, must say:
  - what it is: networks, sizes and parameters (above), float16
  - data: which characters, motions and motion captures it was trained on, and
    that the held-out ones begin at character 1000000; that no photograph and no
    public weight went in
  - recipe: the commands and configs/train files, steps, batch, time, machine
  - sampling defaults: $defaults
  - figures of animate-eval on at least 50 unseen characters and unseen motions:
    floor, model and oracle in PSNR and SSIM, at the default and at 20 steps;
    with the reference shuffled; flicker against truth, and without temporal
    layers at independent noise
  - limits, from looking at the contact sheet: where it fails
  - licence
TEXT
[[ -f $out/README.md ]] || step "$out/README.md is not there yet: write it from the list above"
