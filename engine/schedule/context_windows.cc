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

ContextWindow Consecutive(int first, int count) {
  ContextWindow window(static_cast<size_t>(count));
  std::iota(window.begin(), window.end(), first);
  return window;
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
    return {Consecutive(0, config.num_frames)};
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

std::vector<ContextWindow> OpenContextWindows(
    const ContextWindowConfig& config) {
  if (!IsValid(config)) return {};
  const int length = std::min(config.context_frames, config.num_frames);
  const int last = config.num_frames - length;
  const int hop = config.context_frames - config.context_overlap;
  std::vector<ContextWindow> windows;
  for (int start = 0; start < last; start += hop) {
    windows.push_back(Consecutive(start, length));
  }
  windows.push_back(Consecutive(last, length));
  return windows;
}

std::vector<ContextWindow> InOrderOfCompletion(
    std::vector<ContextWindow> windows) {
  std::stable_sort(windows.begin(), windows.end(),
                   [](const ContextWindow& a, const ContextWindow& b) {
                     return *std::min_element(a.begin(), a.end()) <
                            *std::min_element(b.begin(), b.end());
                   });
  return windows;
}

std::vector<int> FinalFrameCounts(const std::vector<ContextWindow>& windows,
                                  int num_frames) {
  std::vector<int> counts(windows.size());
  int final_frames = num_frames;
  for (size_t i = windows.size(); i-- > 0;) {
    counts[i] = final_frames;
    for (const int frame : windows[i]) {
      final_frames = std::min(final_frames, frame);
    }
  }
  return counts;
}

}  // namespace animate
