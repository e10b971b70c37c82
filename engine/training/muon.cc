#include "engine/training/muon.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>

namespace animate {
namespace {

// Of p(x) = a x + b x^3 + c x^5, which drives singular values in (0, 1] towards
// 1 as fast as any (Jordan et al. 2024).
constexpr double kA = 3.4445;
constexpr double kB = -4.7750;
constexpr double kC = 2.0315;
constexpr int kIterations = 5;

constexpr double kAdamWSize = 0.2;  // root mean square of an update of AdamW

}  // namespace

at::Tensor NearestOrthogonal(const at::Tensor& matrix) {
  const bool tall = matrix.size(0) > matrix.size(1);
  const at::Tensor wide = tall ? matrix.t() : matrix;
  const at::Tensor start = wide / (wide.norm() + 1e-12);
  // All iterates are polynomials of the first times it: with its small Gram
  // matrix they cost half of what they do with the matrix itself.
  at::Tensor gram = at::matmul(start, start.t());
  at::Tensor product = at::eye(gram.size(0), gram.options());
  for (int i = 0; i < kIterations; ++i) {
    at::Tensor factor = at::addmm(gram, gram, gram, kB, kC);
    factor.diagonal().add_(kA);
    product = at::matmul(factor, product);
    gram = at::matmul(factor, at::matmul(gram, factor));
  }
  const at::Tensor result = at::matmul(product, start);
  return tall ? result.t() : result;
}

Muon::Muon(const StateDict& leaves, const MuonOptions& options)
    : options_(options) {
  for (const auto& [key, leaf] : leaves) {
    leaves_.push_back(leaf);
    buffers_.push_back(at::zeros_like(leaf.detach()));
    momentum_[key] = buffers_.back();
  }
}

void Muon::Step(double learning_rate) {
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < leaves_.size(); ++i) {
    at::Tensor& leaf = leaves_[i];
    const at::Tensor gradient = leaf.grad();
    at::Tensor& buffer = buffers_[i];
    buffer.mul_(options_.momentum).add_(gradient);
    // Nesterov's: as if the next step were already taken.
    const at::Tensor ahead = gradient.add(buffer, options_.momentum);
    const at::Tensor update = NearestOrthogonal(ahead.flatten(1));
    const double larger =
        static_cast<double>(std::max(update.size(0), update.size(1)));
    leaf.mul_(1.0 - learning_rate * options_.weight_decay);
    leaf.add_(update.reshape(leaf.sizes()),
              -learning_rate * kAdamWSize * std::sqrt(larger));
  }
}

}  // namespace animate
