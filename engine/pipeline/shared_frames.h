#ifndef ANIMATE_ENGINE_PIPELINE_SHARED_FRAMES_H_
#define ANIMATE_ENGINE_PIPELINE_SHARED_FRAMES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "engine/model/prepared_conditioning.h"
#include "engine/schedule/context_windows.h"

namespace animate {

// Windows that go through the network together.
struct WindowBatch {
  size_t first_window = 0;
  size_t num_windows = 0;
  int64_t window_frames = 0;          // of each window
  std::vector<int64_t> frames;        // of its windows, one after another
  std::vector<int64_t> needed_later;  // frames of later batches, ascending
};

// Groups neighbouring windows of equal length, at most `windows_per_batch` (at
// least 1) at a time, in their order.
std::vector<WindowBatch> BatchWindows(const std::vector<ContextWindow>& windows,
                                      int windows_per_batch);

// Per-frame features of one denoising step, computed once however many windows
// see a frame, and kept only while a later window will. Lives for one step.
// Thread-compatible.
class SharedFrames {
 public:
  // Computes the features of `frames`, ascending.
  using Compute =
      std::function<FrameFeatures(const std::vector<int64_t>& frames)>;

  explicit SharedFrames(Compute compute) : compute_(std::move(compute)) {}

  // Returns the features of `batch.frames`. Batches must come in their order.
  FrameFeatures Take(const WindowBatch& batch);

 private:
  Compute compute_;
  std::vector<int64_t> held_frames_;
  FrameFeatures held_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_SHARED_FRAMES_H_
