#ifndef ANIMATE_ENGINE_EVALUATION_MOTION_ERROR_H_
#define ANIMATE_ENGINE_EVALUATION_MOTION_ERROR_H_

#include "absl/types/span.h"
#include "engine/animation/image.h"

namespace animate {

// How a clip changes from frame to frame beside how the true one does; all in
// levels of 0 to 255, means over samples and over pairs of neighbouring frames.
// All 0 for clips of one frame.
struct MotionError {
  double generated = 0.0;  // |g[t+1] - g[t]|
  double truth = 0.0;      // |x[t+1] - x[t]|
  // |(g[t+1] - g[t]) - (x[t+1] - x[t])|: movement that is missing, and
  // movement that nothing in the truth accounts for.
  double difference = 0.0;

  // Flicker: 1 where a clip changes as much as the truth, more where it
  // trembles, less where it stands still. 0 when the truth stands still.
  double flicker_ratio() const { return truth > 0.0 ? generated / truth : 0.0; }
};

// Measures two clips. Thread-safe. REQUIRES: equally many frames, at least one,
// all of one size.
MotionError MeasureMotion(absl::Span<const RgbImage> generated,
                          absl::Span<const RgbImage> truth);

}  // namespace animate

#endif  // ANIMATE_ENGINE_EVALUATION_MOTION_ERROR_H_
