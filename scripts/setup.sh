#!/usr/bin/env bash
# Installs everything the build needs on Debian 12 or Ubuntu 24.04: packages of
# the distribution, and LibTorch out of the PyPI wheel in a private virtual
# environment (docs/adr/0001, 0002). Safe to run again: a second run finds
# everything in place and touches no network.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/progress.sh
source scripts/lib/progress.sh

usage() {
  cat <<'TEXT'
Usage: scripts/setup.sh [--minimal|--full] [--nvcc] [--lint]

  --minimal  (default) LibTorch that runs on the CPU          1.2 GB
  --full     and the CUDA libraries to run on a GPU           3.9 GB
  --nvcc     and a CUDA compiler                              0.3 GB
  --lint     and what .ci/run checks with: clang, clang-tidy, clang-format,
             shellcheck, promtool, buf, hadolint, yamllint, kubernetes-validate

Environment:
  ANIMATE_DEPS    where LibTorch goes; default
                  ${XDG_CACHE_HOME:-$HOME/.cache}/animate/deps
  LIBTORCH_ROOT   a LibTorch that is already there: none is installed then
TEXT
}

torch_set=minimal
with_nvcc=no
with_lint=no
for argument in "$@"; do
  case "$argument" in
    --minimal) torch_set=minimal ;;
    --full) torch_set=full ;;
    --nvcc) with_nvcc=yes ;;
    --lint) with_lint=yes ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
done

TORCH_VERSION=2.11.0
deps=${ANIMATE_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/animate/deps}

BUILD_PACKAGES=(
  ca-certificates git pkg-config
  g++ cmake ninja-build ccache mold
  libgrpc++-dev protobuf-compiler protobuf-compiler-grpc libprotobuf-dev
  libabsl-dev prometheus-cpp-dev libcpp-httplib-dev
  libopencv-dev
  libavcodec-dev libavformat-dev libavutil-dev libswscale-dev ffmpeg
  nlohmann-json3-dev libcli11-dev libsqlite3-dev libssl-dev zlib1g-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  python3-venv
)
LINT_PACKAGES=(clang clang-format clang-tidy lld prometheus shellcheck)

# The versions this torch wheel asks for, by name, so that pip need not
# resolve (and bring 0.8 GB of Python packages that C++ never opens).
MINIMAL_WHEELS=(
  "torch==$TORCH_VERSION"
  nvidia-cuda-runtime==13.0.96
  nvidia-cuda-cupti==13.0.85
)
CUDA_WHEELS=(
  nvidia-cublas==13.1.0.3
  nvidia-cuda-nvrtc==13.0.88
  nvidia-cudnn-cu13==9.19.0.56
  nvidia-cufft==12.0.0.61
  nvidia-cufile==1.15.1.6
  nvidia-curand==10.4.0.35
  nvidia-cusolver==12.0.4.66
  nvidia-cusparse==12.6.3.3
  nvidia-cusparselt-cu13==0.8.0
  nvidia-nccl-cu13==2.28.9
  nvidia-nvjitlink==13.0.88
  nvidia-nvshmem-cu13==3.4.5
  nvidia-nvtx==13.0.85
)
NVCC_WHEELS=(
  nvidia-cuda-nvcc==13.0.88
  nvidia-cuda-crt==13.0.88
  nvidia-nvvm==13.0.88
  nvidia-cuda-cccl==13.0.85
)

# Runs a command with the rights apt needs.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "cannot become root to run: $*. Install these packages first, or sudo."
  fi
}

install_packages() {
  local missing=() package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then
    step "distribution packages: all $# are there"
    return
  fi
  step "distribution packages: installing ${#missing[@]} of $#: ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends \
    "${missing[@]}" >&2
}

# install_wheels DIRECTORY pip-argument...
# The stamp lists what a finished run has installed. It is written last, so a
# run that was interrupted is simply repeated.
install_wheels() {
  local venv=$1 stamp=$1/installed.txt wanted
  shift
  wanted=$(printf '%s\n' "$@" | LC_ALL=C sort)
  if [[ -f $stamp && -z $(LC_ALL=C comm -23 <(echo "$wanted") "$stamp") ]]; then
    step "$(basename "$venv"): already installed in $venv"
    return
  fi
  step "$(basename "$venv"): installing $# packages from PyPI into $venv"
  mkdir -p "$(dirname "$venv")"
  [[ -x $venv/bin/pip ]] || "$(system_python)" -m venv "$venv"
  # In place: a virtual environment cannot be moved.
  "$venv/bin/pip" install --disable-pip-version-check --no-deps --no-compile \
    --no-cache-dir "$@" >&2
  { [[ ! -f $stamp ]] || cat "$stamp"; echo "$wanted"; } | LC_ALL=C sort -u >"$stamp.new"
  mv "$stamp.new" "$stamp"
  step "$(basename "$venv"): $(du -sm "$venv" | cut -f1) MB"
}

# The distribution's own interpreter: python3-venv is only for that one.
system_python() {
  if [[ -x /usr/bin/python3 ]]; then
    echo /usr/bin/python3
  else
    command -v python3
  fi
}

# nvcc looks for lib64 and an unversioned libcudart.so; the wheels have
# neither.
link_cuda_toolkit() {
  local toolkit
  for toolkit in "$1"/lib/python3.*/site-packages/nvidia/cu13; do
    ln -sfn lib "$toolkit/lib64"
    ln -sfn libcudart.so.13 "$toolkit/lib/libcudart.so"
    step "CUDA compiler: -DCMAKE_CUDA_COMPILER=$toolkit/bin/nvcc"
  done
}

[[ -n $(command -v apt-get) && -n $(command -v dpkg-query) ]] ||
  fail "this is not Debian or Ubuntu; docs/operations.md lists what to install"

packages=("${BUILD_PACKAGES[@]}")
[[ $with_lint == no ]] || packages+=("${LINT_PACKAGES[@]}")
install_packages "${packages[@]}"

if [[ -n ${LIBTORCH_ROOT:-} ]]; then
  [[ -d $LIBTORCH_ROOT ]] || fail "LIBTORCH_ROOT is not a folder: $LIBTORCH_ROOT"
  step "LibTorch: using LIBTORCH_ROOT=$LIBTORCH_ROOT"
else
  wheels=("${MINIMAL_WHEELS[@]}")
  [[ $torch_set == minimal ]] || wheels+=("${CUDA_WHEELS[@]}")
  [[ $with_nvcc == no ]] || wheels+=("${NVCC_WHEELS[@]}")
  install_wheels "$deps/torch-$TORCH_VERSION" "${wheels[@]}"
  [[ $with_nvcc == no ]] || link_cuda_toolkit "$deps/torch-$TORCH_VERSION"
fi

if [[ $with_lint == yes ]]; then
  mapfile -t checkers < <(grep -v '^#' scripts/lint-requirements.txt)
  install_wheels "$deps/lint" "${checkers[@]}"
fi
step "set-up complete"
