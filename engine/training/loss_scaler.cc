#include "engine/training/loss_scaler.h"

#include <algorithm>

namespace animate {
namespace {

// Beyond these, float32 gradients of a loss near one are no longer exact.
constexpr double kMinScale = 1.0 / 16384.0;
constexpr double kMaxScale = 16777216.0;

}  // namespace

bool LossScaler::Update(bool finite) {
  if (!finite) {
    good_steps_ = 0;
    scale_ *= 0.5;
    return scale_ >= kMinScale;
  }
  if (++good_steps_ == options_.growth_interval) {
    good_steps_ = 0;
    scale_ = std::min(scale_ * 2.0, kMaxScale);
  }
  return true;
}

void LossScaler::Restore(double scale, int64_t good_steps) {
  scale_ = scale;
  good_steps_ = good_steps;
}

}  // namespace animate
