#include "engine/evaluation/motion_error.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace animate {

MotionError MeasureMotion(absl::Span<const RgbImage> generated,
                          absl::Span<const RgbImage> truth) {
  int64_t of_generated = 0;
  int64_t of_truth = 0;
  int64_t of_difference = 0;
  int64_t samples = 0;
  for (size_t t = 1; t < truth.size(); ++t) {
    const size_t count = truth[t].pixels.size();
    for (size_t i = 0; i < count; ++i) {
      const int g = generated[t].pixels[i] - generated[t - 1].pixels[i];
      const int x = truth[t].pixels[i] - truth[t - 1].pixels[i];
      of_generated += std::abs(g);
      of_truth += std::abs(x);
      of_difference += std::abs(g - x);
    }
    samples += static_cast<int64_t>(count);
  }
  if (samples == 0) return {};
  const double scale = 1.0 / static_cast<double>(samples);
  return {.generated = scale * static_cast<double>(of_generated),
          .truth = scale * static_cast<double>(of_truth),
          .difference = scale * static_cast<double>(of_difference)};
}

}  // namespace animate
