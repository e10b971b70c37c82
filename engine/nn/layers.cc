#include "engine/nn/layers.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>

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

}  // namespace

Linear::Linear(const Scope& scope, int64_t in_features, int64_t out_features,
               Bias with_bias)
    : weight(scope.Get("weight", {out_features, in_features})) {
  if (with_bias == Bias::kPresent) bias = scope.Get("bias", {out_features});
}

at::Tensor Linear::Forward(const at::Tensor& x) const {
  return at::linear(x, weight, bias);
}

Projection::Projection(const Scope& scope, int64_t in_features,
                       int64_t out_features, Rank if_missing)
    : weight(ProjectionWeight(scope, in_features, out_features, if_missing)),
      bias(scope.Get("bias", {out_features})) {}

at::Tensor Projection::Forward(const at::Tensor& x) const {
  return at::linear(x, weight.flatten(1), bias);
}

Conv2d::Conv2d(const Scope& scope, int64_t in_channels, int64_t out_channels,
               ConvGeometry conv_geometry)
    : weight(scope.Get("weight",
                       {out_channels, in_channels, conv_geometry.kernel_size,
                        conv_geometry.kernel_size})),
      bias(scope.Get("bias", {out_channels})),
      geometry(conv_geometry) {}

at::Tensor Conv2d::Forward(const at::Tensor& x) const {
  return at::conv2d(x, weight, bias, {geometry.stride, geometry.stride},
                    {geometry.padding, geometry.padding});
}

GroupNorm::GroupNorm(const Scope& scope, int64_t groups, int64_t channels,
                     double epsilon)
    : weight(scope.Get("weight", {channels})),
      bias(scope.Get("bias", {channels})),
      num_groups(groups),
      eps(epsilon) {}

at::Tensor GroupNorm::Forward(const at::Tensor& x) const {
  return at::group_norm(x, num_groups, weight, bias, eps);
}

LayerNorm::LayerNorm(const Scope& scope, int64_t features, double epsilon)
    : weight(scope.Get("weight", {features})),
      bias(scope.Get("bias", {features})),
      eps(epsilon) {}

at::Tensor LayerNorm::Forward(const at::Tensor& x) const {
  return at::layer_norm(x, {weight.size(0)}, weight, bias, eps);
}

}  // namespace animate::nn
