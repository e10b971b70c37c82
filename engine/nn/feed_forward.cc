#include "engine/nn/feed_forward.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/gelu.h>

#include <algorithm>
#include <vector>

namespace animate::nn {
namespace {

constexpr int64_t kExpansion = 4;
// Elements of the wide middle that are computed together.
constexpr int64_t kMiddleOnCpu = 4 << 20;
constexpr int64_t kMiddleElsewhere = 256 << 20;

// Both halves of `middle` [T, 8*dim] -> value * GELU(gate), in its own memory.
at::Tensor GateInPlace(const at::Tensor& middle) {
  std::vector<at::Tensor> halves = middle.chunk(2, -1);
  return halves[0].mul_(at::gelu_(halves[1]));
}

}  // namespace

FeedForward::FeedForward(const Scope& scope, int64_t dim)
    : proj_in_(scope / "net" / 0 / "proj", dim, 2 * kExpansion * dim),
      proj_out_(scope / "net" / 2, kExpansion * dim, dim) {}

at::Tensor FeedForward::Forward(const at::Tensor& x) const {
  const std::vector<at::Tensor> halves = proj_in_.Forward(x).chunk(2, -1);
  return proj_out_.Forward(halves[0] * at::gelu(halves[1]));
}

at::Tensor FeedForward::ForwardResidual(at::Tensor x,
                                        const LayerNorm& norm) const {
  if (InAutocast(x) || NeedsGradient(x) || NeedsGradient(norm.weight) ||
      NeedsGradient(proj_in_.weight) || NeedsGradient(proj_out_.weight)) {
    return x + Forward(norm.Forward(x));
  }
  const at::Tensor tokens = x.flatten(0, -2);
  const int64_t width = proj_in_.weight.size(0);
  const int64_t chunk = std::max<int64_t>(
      1, (x.is_cpu() ? kMiddleOnCpu : kMiddleElsewhere) / width);
  for (int64_t begin = 0; begin < tokens.size(0); begin += chunk) {
    const int64_t size = std::min(chunk, tokens.size(0) - begin);
    at::Tensor some = tokens.narrow(0, begin, size);
    const at::Tensor middle = GateInPlace(proj_in_.Forward(norm.Forward(some)));
    some.add_(proj_out_.bias).addmm_(middle, proj_out_.weight.t());
  }
  return x;
}

}  // namespace animate::nn
