#include "engine/pipeline/shared_frames.h"

#include <algorithm>
#include <set>
#include <utility>

namespace animate {
namespace {

std::vector<int64_t> Positions(const std::vector<int64_t>& wanted,
                               const std::vector<int64_t>& frames) {
  std::vector<int64_t> positions;
  positions.reserve(wanted.size());
  for (const int64_t frame : wanted) {
    positions.push_back(std::find(frames.begin(), frames.end(), frame) -
                        frames.begin());
  }
  return positions;
}

// The members of `wanted`, each once and ascending, that `held` lacks.
std::vector<int64_t> Missing(const std::vector<int64_t>& wanted,
                             const std::vector<int64_t>& held) {
  std::set<int64_t> missing(wanted.begin(), wanted.end());
  for (const int64_t frame : held) missing.erase(frame);
  return {missing.begin(), missing.end()};
}

}  // namespace

std::vector<WindowBatch> BatchWindows(const std::vector<ContextWindow>& windows,
                                      int windows_per_batch) {
  std::vector<WindowBatch> batches;
  const auto limit = static_cast<size_t>(std::max(windows_per_batch, 1));
  for (size_t i = 0; i < windows.size(); ++i) {
    const auto length = static_cast<int64_t>(windows[i].size());
    if (batches.empty() || batches.back().num_windows == limit ||
        batches.back().window_frames != length) {
      batches.push_back({.first_window = i, .window_frames = length});
    }
    WindowBatch& batch = batches.back();
    ++batch.num_windows;
    batch.frames.insert(batch.frames.end(), windows[i].begin(),
                        windows[i].end());
  }
  std::set<int64_t> later;
  for (size_t i = batches.size(); i-- > 0;) {
    batches[i].needed_later.assign(later.begin(), later.end());
    later.insert(batches[i].frames.begin(), batches[i].frames.end());
  }
  return batches;
}

FrameFeatures SharedFrames::Take(const WindowBatch& batch) {
  const std::vector<int64_t> missing = Missing(batch.frames, held_frames_);
  std::vector<int64_t> frames = std::move(held_frames_);
  FrameFeatures pool = std::move(held_);
  if (!missing.empty()) {
    FrameFeatures computed = compute_(missing);
    pool = frames.empty() ? std::move(computed)
                          : FrameFeatures::Join({pool, computed});
    frames.insert(frames.end(), missing.begin(), missing.end());
  }

  held_frames_.clear();
  for (const int64_t frame : frames) {
    if (std::binary_search(batch.needed_later.begin(), batch.needed_later.end(),
                           frame)) {
      held_frames_.push_back(frame);
    }
  }
  held_ = held_frames_.empty() ? FrameFeatures()
                               : pool.Select(Positions(held_frames_, frames));
  return pool.Select(Positions(batch.frames, frames));
}

}  // namespace animate
