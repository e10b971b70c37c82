#include "engine/nn/feed_forward.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/gelu.h>

#include <vector>

namespace animate::nn {
namespace {

constexpr int64_t kExpansion = 4;

}  // namespace

FeedForward::FeedForward(const Scope& scope, int64_t dim)
    : proj_in_(scope / "net" / 0 / "proj", dim, 2 * kExpansion * dim),
      proj_out_(scope / "net" / 2, kExpansion * dim, dim) {}

at::Tensor FeedForward::Forward(const at::Tensor& x) const {
  const std::vector<at::Tensor> halves = proj_in_.Forward(x).chunk(2, -1);
  return proj_out_.Forward(halves[0] * at::gelu(halves[1]));
}

}  // namespace animate::nn
