#include "engine/training/learning_rate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace animate {

double LearningRateAt(const LearningRateOptions& options, int64_t step,
                      int64_t total_steps) {
  if (step < options.warmup_steps) {
    return options.peak * static_cast<double>(step + 1) /
           static_cast<double>(options.warmup_steps);
  }
  if (options.curve == LearningRateCurve::kConstant) return options.peak;
  const int64_t last =
      std::max<int64_t>(total_steps - 1 - options.warmup_steps, 1);
  const double progress =
      std::min(static_cast<double>(step - options.warmup_steps) /
                   static_cast<double>(last),
               1.0);
  return options.floor + (options.peak - options.floor) * 0.5 *
                             (1.0 + std::cos(std::numbers::pi * progress));
}

}  // namespace animate
