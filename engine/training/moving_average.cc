#include "engine/training/moving_average.h"

#include <ATen/ops/_foreach_lerp.h>
#include <c10/core/GradMode.h>

#include <algorithm>

namespace animate {

MovingAverage::MovingAverage(const StateDict& weights, double max_decay)
    : max_decay_(max_decay) {
  for (const auto& [key, weight] : weights) {
    sources_.push_back(weight.detach());
    targets_.push_back(weight.detach().clone());
    average_[key] = targets_.back();
  }
}

void MovingAverage::Update() {
  const double n = static_cast<double>(updates_++);
  const double decay = std::min(max_decay_, (1.0 + n) / (10.0 + n));
  if (sources_.empty()) return;
  const at::NoGradGuard no_grad;
  at::_foreach_lerp_(targets_, sources_, 1.0 - decay);
}

}  // namespace animate
