#ifndef ANIMATE_ENGINE_TRAINING_AUTOCAST_H_
#define ANIMATE_ENGINE_TRAINING_AUTOCAST_H_

#include <c10/core/DeviceType.h>
#include <c10/core/ScalarType.h>

#include "engine/training/trainer_options.h"

namespace animate {

// While it lives, LibTorch computes on this thread and device type what bears
// it (convolutions, products of matrices) in a 16-bit type, and the rest in
// float32. For the forward pass; the backward pass follows it by itself. Does
// nothing for kFloat32.
class AutocastScope {
 public:
  AutocastScope(c10::DeviceType device, TrainingPrecision precision);
  ~AutocastScope();
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

 private:
  const c10::DeviceType device_;
  const bool active_;
  bool was_enabled_ = false;
  c10::ScalarType old_dtype_ = c10::kFloat;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_AUTOCAST_H_
