#include "engine/nn/embeddings.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/sin.h>

#include <cmath>

namespace animate::nn {
namespace {

constexpr double kMaxPeriod = 10000.0;

}  // namespace

at::Tensor TimestepSinusoids(const at::Tensor& timesteps,
                             const TimestepConfig& config) {
  const int64_t half = config.channels / 2;
  const at::TensorOptions options =
      timesteps.options().dtype(c10::ScalarType::Float);
  const at::Tensor exponent =
      at::arange(half, options) * -std::log(kMaxPeriod) /
      (static_cast<double>(half) - config.downscale_freq_shift);
  // [B, half]
  const at::Tensor angle =
      timesteps.to(c10::ScalarType::Float).unsqueeze(1) * at::exp(exponent);
  const at::Tensor sin = at::sin(angle);
  const at::Tensor cos = at::cos(angle);
  const at::Tensor both =
      config.flip_sin_to_cos ? at::cat({cos, sin}, 1) : at::cat({sin, cos}, 1);
  return config.channels % 2 == 0 ? both : at::constant_pad_nd(both, {0, 1});
}

TimestepEmbedding::TimestepEmbedding(const Scope& scope,
                                     const TimestepConfig& config,
                                     int64_t embedding_dim)
    : config_(config),
      linear_1_(scope / "linear_1", config.channels, embedding_dim),
      linear_2_(scope / "linear_2", embedding_dim, embedding_dim) {}

at::Tensor TimestepEmbedding::Forward(const at::Tensor& timesteps) const {
  const at::Tensor sinusoids =
      TimestepSinusoids(timesteps, config_).to(linear_1_.weight.scalar_type());
  return linear_2_.Forward(at::silu(linear_1_.Forward(sinusoids)));
}

}  // namespace animate::nn
