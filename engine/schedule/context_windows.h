#ifndef ANIMATE_ENGINE_SCHEDULE_CONTEXT_WINDOWS_H_
#define ANIMATE_ENGINE_SCHEDULE_CONTEXT_WINDOWS_H_

#include <vector>

namespace animate {

// Frame indices of one window, in the order in which the network sees them.
using ContextWindow = std::vector<int>;

struct ContextWindowConfig {
  int num_frames = 1;       // frames of the clip, at least 1
  int context_frames = 24;  // frames of a window, at least 1
  int context_stride = 1;  // levels of temporal stride (1, 2, 4, …), at least 1
  int context_overlap = 4;  // frames, in [0, context_frames)

  // Whether the last windows wrap around to the first frames. When false, only
  // windows that start within the last `context_overlap` frames are left out:
  // the last one may still wrap, as in the reference.
  bool closed_loop = true;

  // The reference shifts windows by a bit-reversed fraction of this step; its
  // pipeline always passes 0, so every denoising step has the same windows.
  int step = 0;
};

// Covers a clip with overlapping windows: the "uniform" schedule of AnimateDiff
// that the reference calls (src/pipelines/context.py). A clip that fits into
// one window is one window. Returns no window when `config` breaks the ranges
// stated there.
std::vector<ContextWindow> UniformContextWindows(
    const ContextWindowConfig& config);

// Covers a clip from its first frame to its last without ever putting the end
// beside the beginning: windows of consecutive frames that overlap by
// `context_overlap`, the last one moved back so that it ends with the clip (and
// overlaps by more). Does not look at context_stride, closed_loop and step.
// Returns no window as above.
std::vector<ContextWindow> OpenContextWindows(
    const ContextWindowConfig& config);

// Puts windows that hold early frames first, so that the clip becomes final
// from its beginning: a wrapping window moves next to the one it wraps to.
// Otherwise keeps their order.
std::vector<ContextWindow> InOrderOfCompletion(
    std::vector<ContextWindow> windows);

// Returns, for each window, how many frames from the beginning of the clip are
// covered by no later window: once windows 0..i are done, frames below result
// [i] are final. Ascending; the last element is num_frames. Frames of `windows`
// must be in [0, num_frames).
std::vector<int> FinalFrameCounts(const std::vector<ContextWindow>& windows,
                                  int num_frames);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SCHEDULE_CONTEXT_WINDOWS_H_
