#include "engine/schedule/context_windows.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace animate {
namespace {

// Reverses the 64 bits of `value` and reads them as a fraction in [0, 1):
// 0, 1/2, 1/4, 3/4, 1/8, …
double OrderedHalving(uint64_t value) {
  uint64_t reversed = 0;
  for (int bit = 0; bit < 64; ++bit) {
    reversed = (reversed << 1) | ((value >> bit) & 1);
  }
  return std::ldexp(static_cast<double>(reversed), -64);
}

bool IsValid(const ContextWindowConfig& config) {
  return config.num_frames >= 1 && config.context_frames >= 1 &&
         config.context_stride >= 1 && config.context_overlap >= 0 &&
         config.context_overlap < config.context_frames && config.step >= 0;
}

ContextWindow WindowAt(int64_t start, int64_t stride,
                       const ContextWindowConfig& config) {
  ContextWindow window;
  window.reserve(static_cast<size_t>(config.context_frames));
  for (int i = 0; i < config.context_frames; ++i) {
    window.push_back(
        static_cast<int>((start + i * stride) % config.num_frames));
  }
  return window;
}

}  // namespace

std::vector<ContextWindow> UniformContextWindows(
    const ContextWindowConfig& config) {
  if (!IsValid(config)) return {};
  if (config.num_frames <= config.context_frames) {
    ContextWindow all(static_cast<size_t>(config.num_frames));
    std::iota(all.begin(), all.end(), 0);
    return {all};
  }

  const double ratio =
      static_cast<double>(config.num_frames) / config.context_frames;
  const int levels = std::min(
      config.context_stride, static_cast<int>(std::ceil(std::log2(ratio))) + 1);
  const double shift = OrderedHalving(static_cast<uint64_t>(config.step));
  const int64_t pad =
      static_cast<int64_t>(std::nearbyint(config.num_frames * shift));
  const int64_t end = config.num_frames + pad -
                      (config.closed_loop ? 0 : config.context_overlap);

  std::vector<ContextWindow> windows;
  for (int level = 0; level < levels; ++level) {
    const int64_t stride = int64_t{1} << level;
    const int64_t hop = config.context_frames * stride - config.context_overlap;
    int64_t start =
        static_cast<int64_t>(shift * static_cast<double>(stride)) + pad;
    for (; start < end; start += hop) {
      windows.push_back(WindowAt(start, stride, config));
    }
  }
  return windows;
}

}  // namespace animate
