#include "engine/nn/layers.h"

#include <ATen/TensorOperators.h>
#include <ATen/autocast_mode.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/silu.h>
#include <c10/core/GradMode.h>
#include <c10/core/MemoryFormat.h>

#include <vector>

namespace animate::nn {
namespace {

at::Tensor ProjectionWeight(const Scope& scope, int64_t in, int64_t out,
                            Projection::Rank if_missing) {
  const size_t rank = scope.Shape("weight").size();
  const bool convolution =
      rank == 4 || (rank == 0 && if_missing == Projection::Rank::kConvolution);
  return convolution ? scope.Get("weight", {out, in, 1, 1})
                     : scope.Get("weight", {out, in});
}

at::Tensor WeightInLayout(const at::Tensor& weight,
                          const ConvGeometry& geometry) {
  const bool convert = geometry.channels_last && !weight.requires_grad();
  return convert ? weight.contiguous(at::MemoryFormat::ChannelsLast) : weight;
}

at::Tensor MultiplyOnto(const at::Tensor& residual, const at::Tensor& x,
                        const at::Tensor& weight, const at::Tensor& bias) {
  if (InAutocast(x)) return residual + bias + at::linear(x, weight);
  at::Tensor sum = (residual + bias).contiguous();
  sum.flatten(0, -2).addmm_(x.flatten(0, -2), weight.t());
  return sum;
}

}  // namespace

Linear::Linear(const Scope& scope, int64_t in_features, int64_t out_features,
               Bias with_bias)
    : weight(scope.Get("weight", {out_features, in_features})) {
  if (with_bias == Bias::kPresent) bias = scope.Get("bias", {out_features});
}

at::Tensor Linear::Forward(const at::Tensor& x) const {
  return at::linear(x, weight, bias);
}

at::Tensor Linear::ForwardOnto(const at::Tensor& residual,
                               const at::Tensor& x) const {
  return MultiplyOnto(residual, x, weight, bias);
}

at::Tensor Linear::ForwardOnto(const at::Tensor& residual, const at::Tensor& x,
                               const at::Tensor& other_bias) const {
  return MultiplyOnto(residual, x, weight, other_bias);
}

Projection::Projection(const Scope& scope, int64_t in_features,
                       int64_t out_features, Rank if_missing)
    : weight(ProjectionWeight(scope, in_features, out_features, if_missing)),
      bias(scope.Get("bias", {out_features})) {}

at::Tensor Projection::Forward(const at::Tensor& x) const {
  return at::linear(x, weight.flatten(1), bias);
}

at::Tensor Projection::ForwardOnto(const at::Tensor& residual,
                                   const at::Tensor& x) const {
  return MultiplyOnto(residual, x, weight.flatten(1), bias);
}

Conv2d::Conv2d(const Scope& scope, int64_t in_channels, int64_t out_channels,
               ConvGeometry conv_geometry)
    : weight(WeightInLayout(scope.Get("weight", {out_channels, in_channels,
                                                 conv_geometry.kernel_size,
                                                 conv_geometry.kernel_size}),
                            conv_geometry)),
      bias(scope.Get("bias", {out_channels})),
      geometry(conv_geometry) {}

at::Tensor Conv2d::Forward(const at::Tensor& x) const {
  return ForwardWithBias(x, bias);
}

at::Tensor Conv2d::ForwardWithBias(const at::Tensor& x,
                                   const at::Tensor& b) const {
  return at::conv2d(x, weight, b, {geometry.stride, geometry.stride},
                    {geometry.padding, geometry.padding});
}

GroupNorm::GroupNorm(const Scope& scope, int64_t groups, int64_t channels,
                     double epsilon)
    : weight(scope.Get("weight", {channels})),
      bias(scope.Get("bias", {channels})),
      num_groups(groups),
      eps(epsilon) {}

at::Tensor GroupNorm::Forward(const at::Tensor& x) const {
  // LibTorch's backward for pictures in memory as [N, H, W, C] writes out of
  // bounds where gradients of either input or weight are not asked for (2.11).
  const bool one_only = NeedsGradient(x) != NeedsGradient(weight);
  return at::group_norm(one_only ? x.contiguous() : x, num_groups, weight, bias,
                        eps);
}

bool NeedsGradient(const at::Tensor& x) {
  return c10::GradMode::is_enabled() && x.requires_grad();
}

bool InAutocast(const at::Tensor& x) {
  return at::autocast::is_autocast_enabled(x.device().type());
}

at::Tensor SiluOf(at::Tensor x) {
  return NeedsGradient(x) ? at::silu(x) : at::silu_(x);
}

LayerNorm::LayerNorm(const Scope& scope, int64_t features, double epsilon)
    : weight(scope.Get("weight", {features})),
      bias(scope.Get("bias", {features})),
      eps(epsilon) {}

at::Tensor LayerNorm::Forward(const at::Tensor& x) const {
  return at::layer_norm(x, {weight.size(0)}, weight, bias, eps);
}

}  // namespace animate::nn
