#include "engine/media/ffmpeg.h"

extern "C" {
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
}

#include <cstddef>

namespace animate {

std::string FfmpegErrorText(int error) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(error, text, sizeof(text));
  return text;
}

void PrepareFfmpeg() {
  constexpr size_t kMaxAllocationBytes = size_t{512} << 20;
  av_log_set_level(AV_LOG_QUIET);
  av_max_alloc(kMaxAllocationBytes);
}

}  // namespace animate
