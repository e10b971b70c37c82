#include "engine/training/autocast.h"

#include <ATen/autocast_mode.h>

namespace animate {

AutocastScope::AutocastScope(c10::DeviceType device,
                             TrainingPrecision precision)
    : device_(device), active_(precision != TrainingPrecision::kFloat32) {
  if (!active_) return;
  was_enabled_ = at::autocast::is_autocast_enabled(device_);
  old_dtype_ = at::autocast::get_autocast_dtype(device_);
  at::autocast::set_autocast_enabled(device_, true);
  at::autocast::set_autocast_dtype(
      device_,
      precision == TrainingPrecision::kBfloat16 ? at::kBFloat16 : at::kHalf);
  at::autocast::increment_nesting();
}

AutocastScope::~AutocastScope() {
  if (!active_) return;
  // Weights that were cast are kept for the scope only: they change after it.
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_dtype(device_, old_dtype_);
  at::autocast::set_autocast_enabled(device_, was_enabled_);
}

}  // namespace animate
