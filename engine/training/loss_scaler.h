#ifndef ANIMATE_ENGINE_TRAINING_LOSS_SCALER_H_
#define ANIMATE_ENGINE_TRAINING_LOSS_SCALER_H_

#include <cstdint>

namespace animate {

struct LossScalerOptions {
  double initial_scale = 65536.0;  // [1, 2^24]
  int64_t growth_interval = 2000;  // >= 1: good steps until the scale doubles
};

// The factor by which a loss is multiplied so that gradients in float16 do not
// vanish: halved when they overflow, doubled after a while in which they did
// not (Micikevicius et al., Mixed Precision Training, 2018). Thread-compatible.
class LossScaler {
 public:
  explicit LossScaler(const LossScalerOptions& options)
      : options_(options), scale_(options.initial_scale) {}

  double scale() const { return scale_; }

  // Steps without overflow since the scale last changed.
  int64_t good_steps() const { return good_steps_; }

  // Tells whether the gradients of a step were finite; if not, the step must be
  // skipped. Returns false once the scale has become so small that it is not
  // the scale that makes them overflow.
  bool Update(bool finite);

  // Continues from the values of a checkpoint.
  void Restore(double scale, int64_t good_steps);

 private:
  const LossScalerOptions options_;
  double scale_;
  int64_t good_steps_ = 0;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_LOSS_SCALER_H_
