#ifndef ANIMATE_ENGINE_NN_LAYERS_H_
#define ANIMATE_ENGINE_NN_LAYERS_H_

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "engine/tensor/parameters.h"

// The four layers that hold weights. Each reads `weight` and `bias` below the
// scope it is given and stays a plain struct of tensor handles, shared with
// the state dict. Nothing is changed in place, so gradients flow through all.
namespace animate::nn {

enum class Bias { kNone, kPresent };

// y = x W^T + b over the last axis.
struct Linear {
  Linear(const Scope& scope, int64_t in_features, int64_t out_features,
         Bias with_bias = Bias::kPresent);

  // x: [..., in_features] -> [..., out_features].
  at::Tensor Forward(const at::Tensor& x) const;

  // Returns residual + Forward(x), or with another bias that broadcasts against
  // `residual` [..., out_features]; the sum is part of the matrix product.
  at::Tensor ForwardOnto(const at::Tensor& residual, const at::Tensor& x) const;
  at::Tensor ForwardOnto(const at::Tensor& residual, const at::Tensor& x,
                         const at::Tensor& other_bias) const;

  at::Tensor weight;  // [out_features, in_features]
  at::Tensor bias;    // [out_features], undefined without bias
};

// A linear map per token or pixel whose weight checkpoints hold either as that
// of a Linear, [out, in], or of a 1x1 convolution, [out, in, 1, 1]. Both are
// the same map; the rank found in the checkpoint decides.
struct Projection {
  // `convolution`: the rank to ask for where the checkpoint has no such key,
  // so that the message names the shape the configuration implies.
  enum class Rank { kLinear, kConvolution };
  Projection(const Scope& scope, int64_t in_features, int64_t out_features,
             Rank if_missing = Rank::kLinear);

  // As in Linear.
  at::Tensor Forward(const at::Tensor& x) const;
  at::Tensor ForwardOnto(const at::Tensor& residual, const at::Tensor& x) const;

  at::Tensor weight;  // [out, in] or [out, in, 1, 1]
  at::Tensor bias;    // [out]
};

struct ConvGeometry {
  int64_t kernel_size = 3;
  int64_t stride = 1;
  int64_t padding = 1;
  // Keeps the weight as [out, kernel, kernel, in] in memory, the layout of
  // pictures [N, H, W, C], unless it requires gradients.
  bool channels_last = true;
};

// Two-dimensional cross-correlation with bias. Pictures stay in the layout they
// come in.
struct Conv2d {
  Conv2d(const Scope& scope, int64_t in_channels, int64_t out_channels,
         ConvGeometry conv_geometry = {});

  // x: [N, in_channels, H, W] -> [N, out_channels, H', W'].
  at::Tensor Forward(const at::Tensor& x) const;

  // Forward with another bias [out_channels].
  at::Tensor ForwardWithBias(const at::Tensor& x, const at::Tensor& b) const;

  at::Tensor weight;  // [out_channels, in_channels, kernel, kernel]
  at::Tensor bias;    // [out_channels]
  ConvGeometry geometry;
};

// Normalises groups of channels, per row of the batch: with frames folded into
// the batch this is the "inflated" GroupNorm, no statistics across frames.
struct GroupNorm {
  GroupNorm(const Scope& scope, int64_t groups, int64_t channels,
            double epsilon);

  // x: [N, channels, ...], same shape back.
  at::Tensor Forward(const at::Tensor& x) const;

  at::Tensor weight;  // [channels]
  at::Tensor bias;    // [channels]
  int64_t num_groups;
  double eps;
};

// Returns SiLU(x); in place where no gradient could want the old value. Give it
// results nobody else holds.
at::Tensor SiluOf(at::Tensor x);

// Whether autograd would follow an operation on `x`: then nothing in place and
// no operation without derivative.
bool NeedsGradient(const at::Tensor& x);

// Whether products of matrices come out in a 16-bit type whatever goes in:
// then none that adds into a tensor of another type.
bool InAutocast(const at::Tensor& x);

// Normalises the last axis.
struct LayerNorm {
  LayerNorm(const Scope& scope, int64_t features, double epsilon = 1e-5);

  // x: [..., features], same shape back.
  at::Tensor Forward(const at::Tensor& x) const;

  at::Tensor weight;  // [features]
  at::Tensor bias;    // [features]
  double eps;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_LAYERS_H_
