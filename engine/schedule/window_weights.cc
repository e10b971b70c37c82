#include "engine/schedule/window_weights.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace animate {
namespace {

// Scales the weights so that those of each frame add up to 1.
WindowWeights Normalized(WindowWeights weights,
                         const std::vector<ContextWindow>& windows,
                         int num_frames) {
  std::vector<float> sums(static_cast<size_t>(num_frames), 0.0f);
  for (size_t w = 0; w < windows.size(); ++w) {
    for (size_t i = 0; i < windows[w].size(); ++i) {
      sums[static_cast<size_t>(windows[w][i])] += weights[w][i];
    }
  }
  for (size_t w = 0; w < windows.size(); ++w) {
    for (size_t i = 0; i < windows[w].size(); ++i) {
      weights[w][i] /= sums[static_cast<size_t>(windows[w][i])];
    }
  }
  return weights;
}

// For each window, how many of its frames from the front (or from the back)
// are also in a window that begins earlier (later).
int SharedFrames(const ContextWindow& window, const ContextWindow& other) {
  const int first = std::max(window.front(), other.front());
  const int last = std::min(window.back(), other.back());
  return std::max(0, last - first + 1);
}

// Position `i` of a ramp over `shared` frames: 1/(shared+1), 2/(shared+1), …
float Ramp(size_t i, int shared) {
  const float height =
      static_cast<float>(i + 1) / static_cast<float>(shared + 1);
  return std::min(1.0f, height);
}

}  // namespace

WindowWeights AveragingWeights(const std::vector<ContextWindow>& windows,
                               int num_frames) {
  WindowWeights ones;
  for (const ContextWindow& window : windows) {
    ones.emplace_back(window.size(), 1.0f);
  }
  return Normalized(std::move(ones), windows, num_frames);
}

WindowWeights CrossFadingWeights(const std::vector<ContextWindow>& windows,
                                 int num_frames) {
  WindowWeights weights;
  for (const ContextWindow& window : windows) {
    int shared_front = 0;
    int shared_back = 0;
    for (const ContextWindow& other : windows) {
      const int shared = SharedFrames(window, other);
      if (other.front() < window.front()) {
        shared_front = std::max(shared_front, shared);
      } else if (other.front() > window.front()) {
        shared_back = std::max(shared_back, shared);
      }
    }
    std::vector<float>& ramps = weights.emplace_back();
    for (size_t i = 0; i < window.size(); ++i) {
      ramps.push_back(std::min(Ramp(i, shared_front),
                               Ramp(window.size() - 1 - i, shared_back)));
    }
  }
  return Normalized(std::move(weights), windows, num_frames);
}

}  // namespace animate
