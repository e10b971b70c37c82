# shellcheck shell=bash
# Puts pictures and folders of frames together as a grid with labels, by ffmpeg.
# Sourced, never run; needs progress.sh.
#
#   grid_begin WIDTH HEIGHT FPS FRAMES     the size of a cell; forgets all rows
#   grid_columns LABEL...                  above the first row
#   grid_row LABEL CELL...                 a picture, a folder of pictures in
#                                          the order of their names, or "" each
#   grid_write_sheet FILE.png              one moment of it, cells 192 wide
#   grid_write_animation FILE.webp BYTES   all of it, at most so large

GRID_BAR=20 # pixels of a label

grid_begin() {
  GRID_WIDTH=$1 GRID_HEIGHT=$2 GRID_FPS=$3 GRID_FRAMES=$4
  GRID_COLUMNS=() GRID_LABELS=() GRID_LENGTHS=() GRID_INPUTS=()
}

grid_columns() { GRID_COLUMNS=("$@"); }

grid_row() {
  local cell seconds
  seconds=$(python3 -c 'import sys; print(int(sys.argv[1]) / int(sys.argv[2]))' \
    "$GRID_FRAMES" "$GRID_FPS")
  GRID_LABELS+=("$1")
  shift
  GRID_LENGTHS+=($#)
  for cell in "$@"; do
    if [[ -z $cell ]]; then
      GRID_INPUTS+=(-f lavfi -t "$seconds" -i
        "color=white:size=${GRID_WIDTH}x$GRID_HEIGHT:rate=$GRID_FPS")
    elif [[ -d $cell ]]; then
      GRID_INPUTS+=(-framerate "$GRID_FPS" -pattern_type glob -i "$cell/*.png")
    else
      GRID_INPUTS+=(-loop 1 -framerate "$GRID_FPS" -t "$seconds" -i "$cell")
    fi
  done
}

# grid_text LABEL X: a drawtext filter.
grid_text() {
  printf ",drawtext=font='DejaVu Sans':text='%s':x=%d:y=4:fontsize=12" \
    "${1//[^A-Za-z0-9 .,+-]/ }" "$2"
}

# grid_graph CELL_WIDTH CELL_HEIGHT: the filters, ending in [grid].
grid_graph() {
  local row column input=0 cells rows='' width=$1 height=$2
  for row in "${!GRID_LABELS[@]}"; do
    cells=
    for ((column = 0; column < GRID_LENGTHS[row]; ++column, ++input)); do
      printf '[%d:v]scale=%d:%d:flags=lanczos,setsar=1,format=rgb24[c%d];' \
        "$input" "$width" "$height" "$input"
      cells+="[c$input]"
    done
    printf '%shstack=inputs=%d,pad=iw:ih+%d:0:%d:white' \
      "$cells" "$column" "$GRID_BAR" "$GRID_BAR"
    [[ -z ${GRID_LABELS[row]} ]] || grid_text "${GRID_LABELS[row]}" 4
    if ((row == 0)); then
      for column in "${!GRID_COLUMNS[@]}"; do
        [[ -z ${GRID_COLUMNS[column]} ]] ||
          grid_text "${GRID_COLUMNS[column]}" $((column * width + 4))
      done
    fi
    printf '[r%d];' "$row"
    rows+="[r$row]"
  done
  printf '%svstack=inputs=%d' "$rows" "${#GRID_LABELS[@]}"
}

grid_write_sheet() {
  local width=192
  ffmpeg -loglevel error -y "${GRID_INPUTS[@]}" -filter_complex \
    "$(grid_graph "$width" $((GRID_HEIGHT * width / GRID_WIDTH))),select='eq(n,$((GRID_FRAMES * 2 / 3)))'" \
    -frames:v 1 -update 1 "$1" || fail "cannot write $1"
}

grid_write_animation() {
  local file=$1 max_bytes=$2 quality
  for quality in 80 65 50 35 20; do
    ffmpeg -loglevel error -y "${GRID_INPUTS[@]}" -filter_complex \
      "$(grid_graph "$GRID_WIDTH" "$GRID_HEIGHT")" -frames:v "$GRID_FRAMES" \
      -c:v libwebp_anim -lossless 0 -quality "$quality" -loop 0 "$file" ||
      fail "cannot write $file"
    (($(stat -c %s "$file") > max_bytes)) || return 0
  done
  fail "$file is larger than $max_bytes bytes even at quality $quality"
}
