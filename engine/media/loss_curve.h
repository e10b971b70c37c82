#ifndef ANIMATE_ENGINE_MEDIA_LOSS_CURVE_H_
#define ANIMATE_ENGINE_MEDIA_LOSS_CURVE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/animation/image.h"

namespace animate {

struct LossPoint {
  int64_t step = 0;
  double loss = 0;
};

struct LossCurveOptions {
  int width = 960;    // pixels, [320, 4096]
  int height = 540;   // pixels, [240, 4096]
  std::string title;  // one line of ASCII above all; none when empty
};

// Returns the losses of `points` averaged with those before them, weights
// falling by e every fiftieth of the whole (at least two points), as many as
// `points`. Losses that are not finite are passed over.
std::vector<double> SmoothLosses(absl::Span<const LossPoint> points);

// Returns where an axis from `low` to `high` is marked: 1, 2 and 5 times powers
// of ten, ascending, within the limits; 10 at most. REQUIRES: low < high, both
// finite.
std::vector<double> LinearTicks(double low, double high);
// The same on a logarithmic axis; where that gives fewer than three marks, as
// LinearTicks. REQUIRES: 0 < low < high, both finite.
std::vector<double> LogTicks(double low, double high);

// Draws a training run: every loss in a pale colour, SmoothLosses above it in a
// strong one with its last value written beside, both axes marked; the loss on
// a logarithmic scale. Points must be in the order of their steps; losses that
// are not finite or not above 0 leave a gap. Returns INVALID_ARGUMENT when no
// point can be drawn or options are out of range.
absl::StatusOr<RgbImage> DrawLossCurve(absl::Span<const LossPoint> points,
                                       const LossCurveOptions& options = {});

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_LOSS_CURVE_H_
