// Clips of clients: refused, or frames that have all the same size.
#include <cstdio>
#include <cstdlib>

#include "engine/media/video_decoder.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  int next = 0;
  size_t bytes = 0;
  const auto info = animate::DecodeVideo(
      {reinterpret_cast<const char*>(data), size},
      {.max_frames = 16, .max_pixels = 1 << 18},
      [&](int index, animate::RgbImage frame) {
        if (index != next++ || (index > 0 && frame.pixels.size() != bytes)) {
          std::fprintf(stderr, "frame %d is not as the one before\n", index);
          std::abort();
        }
        bytes = frame.pixels.size();
        return absl::OkStatus();
      });
  if (info.ok() && info->num_frames != next) std::abort();
  return 0;
}
