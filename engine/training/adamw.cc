#include "engine/training/adamw.h"

#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <c10/util/Exception.h>

namespace animate {

AdamW::AdamW(const StateDict& leaves, const AdamWOptions& options)
    : options_(options) {
  for (const auto& [key, leaf] : leaves) {
    TORCH_CHECK(
        leaf.scalar_type() == at::kFloat && leaf.is_non_overlapping_and_dense(),
        key, ": only dense float32 tensors can be trained");
    leaves_.push_back(leaf);
    // Keeps the strides: the fused kernel walks the memory of all four.
    first_.push_back(at::zeros_like(leaf.detach()));
    second_.push_back(at::zeros_like(leaf.detach()));
    exp_avg_[key] = first_.back();
    exp_avg_sq_[key] = second_.back();
  }
  if (!leaves_.empty()) {
    step_ = at::full({}, 0.0, leaves_.front().options().requires_grad(false));
  }
}

void AdamW::Step(double learning_rate) {
  ++updates_;
  if (leaves_.empty()) return;
  const at::NoGradGuard no_grad;
  step_.fill_(static_cast<double>(updates_));
  std::vector<at::Tensor> gradients;
  gradients.reserve(leaves_.size());
  for (const at::Tensor& leaf : leaves_) gradients.push_back(leaf.grad());
  const std::vector<at::Tensor> steps(leaves_.size(), step_);
  at::_fused_adamw_(leaves_, gradients, first_, second_,
                    /*max_exp_avg_sqs=*/{}, steps, learning_rate,
                    options_.beta1, options_.beta2, options_.weight_decay,
                    options_.eps, /*amsgrad=*/false, /*maximize=*/false);
}

}  // namespace animate
