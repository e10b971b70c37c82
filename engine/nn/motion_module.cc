#include "engine/nn/motion_module.h"

#include <ATen/TensorOperators.h>
#include <c10/util/Exception.h>

#include <utility>

#include "engine/nn/picture_tokens.h"

namespace animate::nn {
namespace {

constexpr int64_t kNormGroups = 32;
constexpr double kMotionNormEps = 1e-6;

// Adds the position of each frame to `x` [B, F, N, dim], which nobody else
// holds.
at::Tensor AddPositions(at::Tensor x, const at::Tensor& pe) {
  if (!pe.defined()) return x;
  const int64_t frames = x.size(1);
  TORCH_CHECK(frames <= pe.size(1), "a window of ", frames,
              " frames exceeds the motion modules' ", pe.size(1), " positions");
  const at::Tensor positions =
      pe.narrow(1, 0, frames).to(x.scalar_type()).unsqueeze(2);
  return NeedsGradient(x) ? x + positions : x.add_(positions);
}

}  // namespace

TemporalTransformerBlock::TemporalTransformerBlock(
    const Scope& scope, int64_t dim, int64_t head_dim,
    const MotionModuleConfig& config)
    : ff_norm_(scope / "ff_norm", dim), ff_(scope / "ff", dim) {
  const AttentionConfig attention{.query_dim = dim,
                                  .context_dim = dim,
                                  .heads = config.heads,
                                  .head_dim = head_dim,
                                  .shortcuts = config.shortcuts};
  for (int i = 0; i < config.num_attention_blocks; ++i) {
    const Scope block = scope / "attention_blocks" / i;
    stages_.push_back(
        {LayerNorm(scope / "norms" / i, dim), Attention(block, attention),
         config.position_encoding ? block.Get("pos_encoder.pe", {1, -1, dim})
                                  : at::Tensor()});
  }
}

at::Tensor TemporalTransformerBlock::Forward(at::Tensor x) const {
  at::Tensor hidden = std::move(x);
  for (const Stage& stage : stages_) {
    const at::Tensor y = AddPositions(stage.norm.Forward(hidden), stage.pe);
    hidden = stage.attention.to_out().ForwardOnto(
        hidden, stage.attention.AttendAcrossFrames(y));
  }
  return ff_.ForwardResidual(hidden, ff_norm_);
}

MotionModule::MotionModule(const Scope& scope, int64_t channels,
                           const MotionModuleConfig& config)
    : MotionModule(scope, scope / "temporal_transformer", channels,
                   channels / config.heads / config.attention_dim_div, config) {
}

MotionModule::MotionModule(const Scope& module, const Scope& transformer,
                           int64_t channels, int64_t head_dim,
                           const MotionModuleConfig& config)
    : path_(module.path()),
      norm_(transformer / "norm", kNormGroups, channels, kMotionNormEps),
      proj_in_(transformer / "proj_in", channels, config.heads * head_dim),
      proj_out_(transformer / "proj_out", config.heads * head_dim, channels) {
  for (int i = 0; i < config.num_transformer_blocks; ++i) {
    transformer_blocks_.emplace_back(transformer / "transformer_blocks" / i,
                                     config.heads * head_dim, head_dim, config);
  }
}

at::Tensor MotionModule::Forward(const at::Tensor& x, int64_t num_frames,
                                 Taps* taps) const {
  TORCH_CHECK(num_frames > 0 && x.size(0) % num_frames == 0, x.size(0),
              " rows are no whole number of clips of ", num_frames, " frames");
  const int64_t clips = x.size(0) / num_frames;
  // [B*F, N, C] -> [B, F, N, C/div]
  at::Tensor tokens = proj_in_.Forward(TokensOf(norm_.Forward(x)))
                          .unflatten(0, {clips, num_frames});
  for (const TemporalTransformerBlock& block : transformer_blocks_) {
    tokens = block.Forward(tokens);
  }
  const at::Tensor frames =
      proj_out_.ForwardOnto(TokensOf(x), tokens.flatten(0, 1));
  return Tap(taps, path_, PictureOf(frames, x));
}

}  // namespace animate::nn
