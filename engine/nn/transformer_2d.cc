#include "engine/nn/transformer_2d.h"

#include "engine/nn/picture_tokens.h"

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
            .cross_attention_dim = config.cross_attention_dim,
            .shortcuts = config.shortcuts});
  }
}

at::Tensor Transformer2DModel::Forward(const at::Tensor& x,
                                       const ForwardContext& context) const {
  ForwardContext inner = context;
  at::Tensor tokens = proj_in_.Forward(TokensOf(norm_.Forward(x)));
  for (const BasicTransformerBlock& block : transformer_blocks_) {
    tokens = block.Forward(tokens, inner);
    if (!tokens.defined()) return tokens;
    inner.one_row_for_all = false;
  }
  at::Tensor residual = TokensOf(x);
  if (context.one_row_for_all) {
    residual = residual.repeat({tokens.size(0) / x.size(0), 1, 1});
  }
  return Tap(context.taps, path_,
             PictureOf(proj_out_.ForwardOnto(residual, tokens), x));
}

}  // namespace animate::nn
