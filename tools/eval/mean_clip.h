#ifndef ANIMATE_TOOLS_EVAL_MEAN_CLIP_H_
#define ANIMATE_TOOLS_EVAL_MEAN_CLIP_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "engine/animation/image.h"

namespace animate {

// The mean of clips of the same frames: what samples of the same request agree
// on. Where a sample is as likely as any other, its squared error is that of
// the mean plus their scatter. Not thread-safe.
class MeanClip {
 public:
  // Takes one more clip. INVALID_ARGUMENT when it has another number of frames
  // than those before, or a frame of another size.
  absl::Status Add(absl::Span<const RgbImage> clip);

  // The mean of what was added, rounded to the nearest level, halves upwards;
  // no frames when nothing was.
  std::vector<RgbImage> Frames() const;

 private:
  struct Sum {
    int width = 0;
    int height = 0;
    std::vector<uint32_t> samples;  // as in RgbImage::pixels
  };

  uint32_t clips_ = 0;
  std::vector<Sum> sums_;  // one per frame
};

}  // namespace animate

#endif  // ANIMATE_TOOLS_EVAL_MEAN_CLIP_H_
