#ifndef ANIMATE_ENGINE_TRAINING_LEARNING_RATE_H_
#define ANIMATE_ENGINE_TRAINING_LEARNING_RATE_H_

#include <cstdint>

namespace animate {

enum class LearningRateCurve { kConstant, kCosine };

struct LearningRateOptions {
  double peak = 1e-5;        // > 0
  int64_t warmup_steps = 0;  // >= 0: rises linearly to the peak over them
  LearningRateCurve curve = LearningRateCurve::kConstant;
  double floor = 0.0;  // in [0, peak]: where the cosine ends
};

// Returns the learning rate of `step`, counted from 0, of a run of
// `total_steps`: (step + 1) / warmup_steps of the peak during warm-up, then the
// peak, or half a cosine that begins at the peak and whose last step has the
// floor. Later steps keep the last value.
double LearningRateAt(const LearningRateOptions& options, int64_t step,
                      int64_t total_steps);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_LEARNING_RATE_H_
