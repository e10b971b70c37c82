#ifndef ANIMATE_ENGINE_SCHEDULE_WINDOW_WEIGHTS_H_
#define ANIMATE_ENGINE_SCHEDULE_WINDOW_WEIGHTS_H_

#include <vector>

#include "engine/schedule/context_windows.h"

namespace animate {

// How much the prediction of each window counts for each of its frames: one
// vector per window, parallel to the window. Where windows overlap, the weights
// of one frame add up to 1, so both of its predictions become one and the
// windows agree on it at every step.
//
// Both functions want frames in [0, num_frames).
using WindowWeights = std::vector<std::vector<float>>;

// Every window counts the same, as in the reference.
WindowWeights AveragingWeights(const std::vector<ContextWindow>& windows,
                               int num_frames);

// A window counts less towards an end that it shares with another: linear
// ramps, so that one window fades into the next. For windows of consecutive
// frames; follows the long-form sampling of EDGE (Tseng et al. 2022, section
// 4, https://arxiv.org/abs/2211.10658), which Animate Anyone cites for its long
// clips. EDGE makes halves agree by copying and fades the finished motion;
// here the fade is part of every step, and the halves are one and the same.
WindowWeights CrossFadingWeights(const std::vector<ContextWindow>& windows,
                                 int num_frames);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SCHEDULE_WINDOW_WEIGHTS_H_
