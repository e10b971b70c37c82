#include "engine/nn/clip_layers.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/sigmoid.h>

#include <cmath>

namespace animate::nn {
namespace {

at::Tensor Activate(const at::Tensor& x, ClipActivation activation) {
  switch (activation) {
    case ClipActivation::kQuickGelu:
      return x * at::sigmoid(1.702 * x);
    case ClipActivation::kGelu:
      return at::gelu(x);
  }
  return x;
}

}  // namespace

ClipAttention::ClipAttention(const Scope& scope, const ClipLayerConfig& config)
    : q_proj_(scope / "q_proj", config.hidden_size, config.hidden_size),
      k_proj_(scope / "k_proj", config.hidden_size, config.hidden_size),
      v_proj_(scope / "v_proj", config.hidden_size, config.hidden_size),
      out_proj_(scope / "out_proj", config.hidden_size, config.hidden_size),
      heads_(config.heads) {}

at::Tensor ClipAttention::Forward(const at::Tensor& x) const {
  const int64_t head_dim = x.size(-1) / heads_;
  const at::Tensor q =
      q_proj_.Forward(x) * (1.0 / std::sqrt(static_cast<double>(head_dim)));
  const at::Tensor attended = at::scaled_dot_product_attention(
      SplitHeads(q), SplitHeads(k_proj_.Forward(x)),
      SplitHeads(v_proj_.Forward(x)), /*attn_mask=*/{}, /*dropout_p=*/0.0,
      /*is_causal=*/false, /*scale=*/1.0);
  return out_proj_.Forward(attended.transpose(1, 2).flatten(2));
}

at::Tensor ClipAttention::SplitHeads(const at::Tensor& x) const {
  return x.unflatten(-1, {heads_, -1}).transpose(1, 2);
}

ClipMlp::ClipMlp(const Scope& scope, const ClipLayerConfig& config)
    : fc1_(scope / "fc1", config.hidden_size, config.intermediate_size),
      fc2_(scope / "fc2", config.intermediate_size, config.hidden_size),
      hidden_act_(config.hidden_act) {}

at::Tensor ClipMlp::Forward(const at::Tensor& x) const {
  return fc2_.Forward(Activate(fc1_.Forward(x), hidden_act_));
}

ClipEncoderLayer::ClipEncoderLayer(const Scope& scope,
                                   const ClipLayerConfig& config)
    : layer_norm1_(scope / "layer_norm1", config.hidden_size,
                   config.layer_norm_eps),
      self_attn_(scope / "self_attn", config),
      layer_norm2_(scope / "layer_norm2", config.hidden_size,
                   config.layer_norm_eps),
      mlp_(scope / "mlp", config) {}

at::Tensor ClipEncoderLayer::Forward(const at::Tensor& x) const {
  const at::Tensor hidden = x + self_attn_.Forward(layer_norm1_.Forward(x));
  return hidden + mlp_.Forward(layer_norm2_.Forward(hidden));
}

}  // namespace animate::nn
