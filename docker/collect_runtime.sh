#!/usr/bin/env bash
# Sorts what the programs need at run time into folders, one per image layer,
# and lists the distribution packages that own the rest.
#
# Usage: docker/collect_runtime.sh cpu|cuda PROGRAM_DIRECTORY OUTPUT_DIRECTORY
#
# In every folder paths start at /opt/animate:
#   bin/             the programs
#   share/animate/   the networks that find poses
#   torch/lib/       LibTorch
#   nvidia/*/lib/    CUDA's libraries, where LibTorch's search path
#                    ($ORIGIN/../../nvidia/...) finds them
# Needs patchelf and strip, and for `cuda` the libraries that
# `scripts/setup.sh --full` installs, though no GPU.
set -euo pipefail

flavour=$1
bin=$2
out=$3
programs=(animate-server animate animate-model)
max_layer_mb=2000

fail() {
  echo "collect_runtime.sh: $*" >&2
  exit 1
}

# keep LAYER FILE PATH : a copy of FILE, without symbols for debuggers, which
# are a fifth of LibTorch; NVIDIA's stay as they are. Links become the files
# they point to.
keep() {
  install -D -m 0755 "$2" "$out/$1/$3"
  [[ $3 == nvidia/* ]] || strip --strip-unneeded "$out/$1/$3"
}

# Every library that the programs reach. ldd names those that are missing, too,
# and then this must fail.
libraries=$(for program in "${programs[@]}"; do ldd "$bin/$program"; done)
if grep 'not found' <<<"$libraries" >&2; then
  fail "libraries are missing"
fi
mapfile -t files < <(awk '$3 ~ /^\// { print $3 }' <<<"$libraries" | sort -u)
torch_lib=$(printf '%s\n' "${files[@]}" | sed -n 's,/libtorch_cpu\.so$,,p')
[[ -n $torch_lib ]] || fail "the programs do not link LibTorch"
site=$(realpath "$torch_lib/../..")

# Packages list their files with or without /usr, whatever the linker says.
mkdir -p "$out"
declare -A owner=()
while read -r line; do  # "libc6:amd64: /lib/x86_64-linux-gnu/libc.so.6"
  owner[${line##*: }]=${line%%[:,]*}
done < <(for file in "${files[@]}"; do
  printf '%s\n' "$(realpath "$file")" "$file" "${file#/usr}" "/usr$file"
done | xargs dpkg -S 2>/dev/null)

packages=()
for file in "${files[@]}"; do
  case "$(realpath -s "$file")" in
    "$(realpath -s "$torch_lib")"/*) keep torch "$file" "torch/lib/${file##*/}" ;;
    "$site"/nvidia/*) keep torch "$file" "$(realpath -s --relative-to "$site" "$file")" ;;
    *)
      for path in "$(realpath "$file")" "$file" "${file#/usr}" "/usr$file"; do
        [[ -z ${owner[$path]:-} ]] || break
      done
      [[ -n ${owner[$path]:-} ]] || fail "no package owns $file"
      packages+=("${owner[$path]}")
      ;;
  esac
done
printf '%s\n' "${packages[@]}" | sort -u >"$out/packages.txt"

# LibTorch finds its neighbours by itself; the programs must find LibTorch.
for program in "${programs[@]}"; do
  keep programs "$bin/$program" "bin/$program"
  # The linker, not the shell, knows $ORIGIN.
  # shellcheck disable=SC2016
  patchelf --set-rpath '$ORIGIN/../torch/lib' "$out/programs/bin/$program"
done

# Where the programs look for it.
mkdir -p "$out/programs/share/animate"
cp -R --no-preserve=mode,ownership models/detector \
  "$out/programs/share/animate/detector"

# What LibTorch opens by itself on a GPU. Left out: its Python half, and tools
# for profiling.
if [[ $flavour == cuda ]]; then
  compgen -G "$site/nvidia/cudnn/lib/libcudnn.so*" >/dev/null ||
    fail "no CUDA libraries beside LibTorch: scripts/setup.sh --full"
  for file in "$torch_lib"/*.so*; do
    path=torch/lib/${file##*/}
    [[ -e $out/torch/$path || $file == *python* ]] || keep torch-cuda "$file" "$path"
  done
  for file in "$site"/nvidia/*/lib/*.so*; do
    path=${file#"$site"/}
    case "$path" in
      */libnvperf_* | */libpcsamplingutil* | */libcheckpoint*) ;;
      nvidia/cudnn/*) keep cudnn "$file" "$path" ;;
      nvidia/cu13/*) [[ -e $out/torch/$path ]] || keep cuda "$file" "$path" ;;
      *) keep cuda-other "$file" "$path" ;;
    esac
  done
fi

for layer in "$out"/*/; do
  megabytes=$(du -sm "$layer" | cut -f1)
  echo "$megabytes MB $(basename "$layer")" >&2
  ((megabytes <= max_layer_mb)) || fail "a layer may have $max_layer_mb MB"
done
