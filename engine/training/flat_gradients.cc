#include "engine/training/flat_gradients.h"

#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/zeros.h>

namespace animate {

FlatGradients::FlatGradients(const StateDict& leaves, int notes) {
  int64_t count = 0;
  at::TensorOptions options(at::kFloat);
  for (const auto& [key, leaf] : leaves) {
    leaves_.push_back(leaf);
    options = options.device(leaf.device());
    count += leaf.numel();
  }
  buffer_ = at::zeros({count + notes}, options);
  gradients_ = buffer_.narrow(0, 0, count);
  notes_ = buffer_.narrow(0, count, notes);
  int64_t offset = 0;
  for (const at::Tensor& leaf : leaves_) {
    // With the leaf's strides, as the fused optimiser wants it.
    leaf.mutable_grad() =
        buffer_.as_strided(leaf.sizes(), leaf.strides(), offset);
    offset += leaf.numel();
  }
}

FlatGradients::~FlatGradients() {
  for (const at::Tensor& leaf : leaves_) leaf.mutable_grad() = at::Tensor();
}

void FlatGradients::Zero() { buffer_.zero_(); }

double FlatGradients::Norm() const {
  return at::linalg_vector_norm(gradients_).item<double>();
}

void FlatGradients::Scale(double factor) { gradients_.mul_(factor); }

double ClippingFactor(double norm, double max_norm) {
  if (max_norm == 0.0 || norm <= max_norm) return 1.0;
  return max_norm / norm;
}

}  // namespace animate
