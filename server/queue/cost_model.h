#ifndef ANIMATE_SERVER_QUEUE_COST_MODEL_H_
#define ANIMATE_SERVER_QUEUE_COST_MODEL_H_

#include "absl/time/time.h"
#include "server/queue/job.h"

namespace animate {

// Predicts how long a device needs for a job. The cost of diffusion is regular:
// every denoising step costs the same per frame and pixel (twice that with
// guidance), every decoded frame the same per pixel. Both rates are moving
// averages of what was measured, starting from a guess. Thread-compatible.
class CostModel {
 public:
  // One denoising step of `spec` took `duration`.
  void ObserveStep(const AnimationSpec& spec, absl::Duration duration);

  // Decoding one frame of `spec` took `duration`.
  void ObserveFrame(const AnimationSpec& spec, absl::Duration duration);

  // Everything before the first step of `spec` took `duration`.
  void ObservePreparation(const AnimationSpec& spec, absl::Duration duration);

  // Whether predictions rest on a measured step rather than on the guess.
  bool measured() const { return step_.measured; }

  absl::Duration PredictTotal(const AnimationSpec& spec) const;

  // What is left of a job that has come as far as `progress` says.
  absl::Duration PredictRemaining(const AnimationSpec& spec,
                                  const JobProgress& progress) const;

 private:
  // Seconds per unit of work, exponentially weighted.
  struct Rate {
    void Observe(double seconds_per_unit);
    double value;
    bool measured = false;
  };

  // The guesses: a mid-range GPU at the published network's size.
  Rate step_{.value = 1e-7};   // per step, frame, pixel (and guidance row)
  Rate frame_{.value = 4e-7};  // per frame, pixel
  Rate preparation_{.value = 4e-7};  // per frame, pixel
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_COST_MODEL_H_
