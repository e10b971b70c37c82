#ifndef ANIMATE_ENGINE_NN_BASIC_TRANSFORMER_BLOCK_H_
#define ANIMATE_ENGINE_NN_BASIC_TRANSFORMER_BLOCK_H_

#include <cstdint>
#include <string>

#include <ATen/core/Tensor.h>

#include "engine/nn/attention.h"
#include "engine/nn/block_conditions.h"
#include "engine/nn/exact_shortcuts.h"
#include "engine/nn/feed_forward.h"
#include "engine/nn/forward_context.h"
#include "engine/nn/layers.h"
#include "engine/tensor/parameters.h"

namespace animate::nn {

struct TransformerBlockConfig {
  int64_t dim;
  int64_t heads;  // divides dim
  int64_t cross_attention_dim;
  ExactShortcuts shortcuts = {};
};

// x += attn1(norm1(x)); x += attn2(norm2(x), condition); x += ff(norm3(x)).
// Self-attention attn1 is where the reference enters: norm1's output is what
// the ReferenceNet records and what the denoising UNet extends (Animate Anyone,
// Hu 2023, section 3.2, https://arxiv.org/abs/2311.17117; Moore-AnimateAnyone,
// src/models/mutual_self_attention.py). Immutable; safe to share.
class BasicTransformerBlock {
 public:
  BasicTransformerBlock(const Scope& scope,
                        const TransformerBlockConfig& config);

  // Returns what the block's shortcuts make of the conditions in `context`.
  // Throws c10::Error when the context's reference has blocks, but none for
  // this path.
  BlockConditions Prepare(const ForwardContext& context) const;

  // x: [B*F, N, dim], same shape back; with context.one_row_for_all [F, N, dim]
  // -> [B*F, N, dim]. Undefined when context.stop_at is this block. Throws as
  // Prepare does.
  at::Tensor Forward(const at::Tensor& x, const ForwardContext& context) const;

  const std::string& path() const { return path_; }

 private:
  // What goes into attn1.to_out: [B*F, N, dim].
  at::Tensor SelfAttention(const at::Tensor& normed,
                           const BlockConditions& conditions,
                           const ForwardContext& context) const;

  std::string path_;
  ExactShortcuts shortcuts_;
  LayerNorm norm1_;
  Attention attn1_;
  LayerNorm norm2_;
  Attention attn2_;
  LayerNorm norm3_;
  FeedForward ff_;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_BASIC_TRANSFORMER_BLOCK_H_
