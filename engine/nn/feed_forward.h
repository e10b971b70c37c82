#ifndef ANIMATE_ENGINE_NN_FEED_FORWARD_H_
#define ANIMATE_ENGINE_NN_FEED_FORWARD_H_

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "engine/nn/layers.h"
#include "engine/tensor/parameters.h"

namespace animate::nn {

// Gated feed-forward of transformer blocks: net.0.proj to 8 times the width,
// split into value and gate, value * GELU(gate) with the exact (erf) GELU,
// net.2 back. Shazeer 2020 (GEGLU), https://arxiv.org/abs/2002.05202. Matches
// diffusers' FeedForward with activation "geglu". Immutable; safe to share.
class FeedForward {
 public:
  FeedForward(const Scope& scope, int64_t dim);

  // x: [..., dim], same shape back.
  at::Tensor Forward(const at::Tensor& x) const;

  // Returns x + Forward(norm(x)), some tokens at a time: the wide middle, 8 *
  // dim per token, stays small. Takes `x` [..., dim], dense, for itself: where
  // no gradient is wanted it is the memory of the result.
  at::Tensor ForwardResidual(at::Tensor x, const LayerNorm& norm) const;

 private:
  Linear proj_in_;   // net.0.proj
  Linear proj_out_;  // net.2
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_FEED_FORWARD_H_
