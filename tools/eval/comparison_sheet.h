#ifndef ANIMATE_TOOLS_EVAL_COMPARISON_SHEET_H_
#define ANIMATE_TOOLS_EVAL_COMPARISON_SHEET_H_

#include <vector>

#include "absl/types/span.h"
#include "engine/animation/image.h"

namespace animate {

// A clip on a sheet.
struct ComparedClip {
  RgbImage reference;
  std::vector<RgbImage> poses;
  std::vector<RgbImage> generated;
  std::vector<RgbImage> truth;
};

// Keeps `max_frames` frames of each kind, evenly spread over the clip.
// REQUIRES: equally many of each, at least one; max_frames >= 1.
ComparedClip KeepSome(const ComparedClip& clip, int max_frames);

// Shows clips below each other, one row each: the reference, then for each
// frame its pose, what was generated, and the truth. Small pictures are
// enlarged to at least `cell_height` pixels by a whole factor, without blur.
// Empty without clips. REQUIRES: all pictures of one size, equally many frames.
RgbImage ComparisonSheet(absl::Span<const ComparedClip> clips,
                         int cell_height = 192);

}  // namespace animate

#endif  // ANIMATE_TOOLS_EVAL_COMPARISON_SHEET_H_
