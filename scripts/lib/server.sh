# shellcheck shell=bash
# Starts and stops an animate-server on free loopback ports. Sourced, never
# run; needs progress.sh.
#
#   start_server BUILD MODEL_DIR LOG [server-argument...]
#       sets SERVER_ADDRESS, METRICS_ADDRESS, SERVER_PID; returns once the model
#       is loaded, or 1 after showing the log
#   model_size BUILD ADDRESS
#       prints the width and height that its model was made for
#   stop_server        drains it (SIGTERM) and waits; nothing if none runs
#   fetch URL          prints the body

SERVER_PID=

free_port() {
  python3 -c 'import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])'
}

fetch() {
  python3 -c 'import sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
sys.stdout.buffer.write(opener.open(sys.argv[1], timeout=10).read())' "$1"
}

start_server() {
  local build=$1 model_dir=$2 log=$3 attempt
  shift 3
  [[ -d $model_dir ]] || {
    step "no model folder: $model_dir"
    return 1
  }
  SERVER_ADDRESS=127.0.0.1:$(free_port)
  METRICS_ADDRESS=127.0.0.1:$(free_port)
  "$build/bin/animate-server" --model-dir "$model_dir" \
    --listen-address "$SERVER_ADDRESS" --metrics-address "$METRICS_ADDRESS" \
    --drain-pause 0s \
    "$@" >"$log" 2>&1 &
  SERVER_PID=$!
  for ((attempt = 0; attempt < 600; ++attempt)); do
    if ! kill -0 "$SERVER_PID" 2>/dev/null; then
      break
    fi
    if "$build/bin/animate" health --server "$SERVER_ADDRESS" >/dev/null 2>&1; then
      return 0
    fi
    sleep 0.2
  done
  step "the server did not become ready; its log:"
  cat "$log" >&2
  stop_server
  return 1
}

stop_server() {
  [[ -n $SERVER_PID ]] || return 0
  kill -TERM "$SERVER_PID" 2>/dev/null || true
  wait "$SERVER_PID" 2>/dev/null || true
  SERVER_PID=
}

# model_size BUILD ADDRESS: prints "WIDTH HEIGHT" of what the server's model was
# made for, "0 0" when it does not say.
model_size() {
  "$1/bin/animate" info --server "$2" --json | python3 -c 'import json, sys
model = json.load(sys.stdin)["models"][0]
print(model["width"], model["height"])'
}
