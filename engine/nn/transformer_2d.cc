#include "engine/nn/transformer_2d.h"

#include <ATen/TensorOperators.h>

namespace animate::nn {
namespace {

constexpr double kNormEps = 1e-6;

Projection::Rank RankOf(const Transformer2DConfig& config) {
  return config.use_linear_projection ? Projection::Rank::kLinear
                                      : Projection::Rank::kConvolution;
}

}  // namespace

Transformer2DModel::Transformer2DModel(const Scope& scope, int64_t channels,
                                       const Transformer2DConfig& config)
    : path_(scope.path()),
      norm_(scope / "norm", config.norm_num_groups, channels, kNormEps),
      proj_in_(scope / "proj_in", channels, channels, RankOf(config)),
      proj_out_(scope / "proj_out", channels, channels, RankOf(config)) {
  for (int i = 0; i < config.num_layers; ++i) {
    transformer_blocks_.emplace_back(
        scope / "transformer_blocks" / i,
        TransformerBlockConfig{
            .dim = channels,
            .heads = config.heads,
            .cross_attention_dim = config.cross_attention_dim});
  }
}

at::Tensor Transformer2DModel::Forward(const at::Tensor& x,
                                       const ForwardContext& context) const {
  // [R, C, h, w] -> [R, h*w, C]
  at::Tensor tokens = norm_.Forward(x).flatten(2).transpose(1, 2);
  tokens = proj_in_.Forward(tokens);
  for (const BasicTransformerBlock& block : transformer_blocks_) {
    tokens = block.Forward(tokens, context);
  }
  tokens = proj_out_.Forward(tokens);
  const at::Tensor image =
      tokens.transpose(1, 2).contiguous().view_as(x);  // [R, C, h, w]
  return Tap(context.taps, path_, image + x);
}

}  // namespace animate::nn
