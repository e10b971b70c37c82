#ifndef ANIMATE_ENGINE_NN_MOTION_MODULE_H_
#define ANIMATE_ENGINE_NN_MOTION_MODULE_H_

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/nn/attention.h"
#include "engine/nn/exact_shortcuts.h"
#include "engine/nn/feed_forward.h"
#include "engine/nn/layers.h"
#include "engine/nn/taps.h"
#include "engine/tensor/parameters.h"

namespace animate::nn {

struct MotionModuleConfig {
  int64_t heads = 8;
  int64_t num_transformer_blocks = 1;
  int64_t num_attention_blocks = 2;  // temporal self-attentions per block
  bool position_encoding = true;
  int64_t attention_dim_div = 1;  // narrows the transformer to C/div
  ExactShortcuts shortcuts = {};
};

// Temporal self-attentions and a feed-forward, over the frames of one pixel:
// for each i, x += attention_blocks.i(norms.i(x) + pe); x += ff(ff_norm(x)).
// The positions are added to the normalised input only, never to the residual.
class TemporalTransformerBlock {
 public:
  TemporalTransformerBlock(const Scope& scope, int64_t dim, int64_t head_dim,
                           const MotionModuleConfig& config);

  // Takes `x` [B, F, N, dim] for itself; same shape back.
  at::Tensor Forward(at::Tensor x) const;

 private:
  struct Stage {
    LayerNorm norm;
    Attention attention;
    at::Tensor pe;  // [1, max_len, dim]; undefined without positions
  };
  std::vector<Stage> stages_;
  LayerNorm ff_norm_;
  FeedForward ff_;
};

// The only layer in which frames meet. Matches AnimateDiff's
// VanillaTemporalModule (motion_module.py; Guo et al. 2023,
// https://arxiv.org/abs/2307.04725): GroupNorm with always 32 groups (eps
// 1e-6), proj_in, transformer_blocks across frames, proj_out, plus the input.
// Weights lie below "temporal_transformer". Immutable; safe to share.
class MotionModule {
 public:
  // `channels` must be a multiple of 32 and of heads * attention_dim_div.
  MotionModule(const Scope& scope, int64_t channels,
               const MotionModuleConfig& config);

  // x: [B*num_frames, channels, h, w], row = b*num_frames + f; same shape back.
  // Throws c10::Error when num_frames exceeds the length of the position table
  // found in the weights (32 in the published ones).
  at::Tensor Forward(const at::Tensor& x, int64_t num_frames, Taps* taps) const;

  // Whether its weights are to be trained.
  bool RequiresGradients() const { return NeedsGradient(proj_in_.weight); }

 private:
  MotionModule(const Scope& module, const Scope& transformer, int64_t channels,
               int64_t head_dim, const MotionModuleConfig& config);

  std::string path_;
  GroupNorm norm_;
  Linear proj_in_;
  std::vector<TemporalTransformerBlock> transformer_blocks_;
  Linear proj_out_;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_MOTION_MODULE_H_
