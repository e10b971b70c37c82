#ifndef ANIMATE_ENGINE_NN_ATTENTION_H_
#define ANIMATE_ENGINE_NN_ATTENTION_H_

#include <cstdint>

#include <ATen/core/Tensor.h>
#include <c10/util/ArrayRef.h>

#include "engine/nn/exact_shortcuts.h"
#include "engine/nn/layers.h"
#include "engine/tensor/parameters.h"

namespace animate::nn {

struct AttentionConfig {
  int64_t query_dim;
  int64_t context_dim;  // width of keys' and values' source
  int64_t heads;
  int64_t head_dim;  // heads * head_dim is the inner width
  ExactShortcuts shortcuts = {};
};

// Multi-head scaled dot-product attention as in diffusers' Attention: to_q,
// to_k, to_v without bias, to_out.0 with one; scale 1/sqrt(head_dim); no mask,
// no dropout. The inner width is `inner` below. Immutable; safe to share.
class Attention {
 public:
  Attention(const Scope& scope, const AttentionConfig& config);

  // Keys and values of some tokens, heads not yet split.
  struct KeysValues {
    at::Tensor k, v;  // [B, S, inner]
  };
  KeysValues Project(const at::Tensor& context) const;

  // Attends from each row of `query` [R, L, query_dim] to a row of `context`
  // [B, S, context_dim]. R must be a multiple of B: each context row serves
  // R/B consecutive query rows (the frames of a clip). -> [R, L, query_dim]
  at::Tensor Forward(const at::Tensor& query, const at::Tensor& context) const;

  // What Forward(x, x) hands to to_out: [R, L, query_dim] -> [R, L, inner].
  at::Tensor AttendSelf(const at::Tensor& x) const;

  // Self-attention of the frames of B clips, where some clips attend also to
  // the tokens of a reference; what it hands to to_out.
  //   x: [B or 1, F, N, query_dim]; 1: all clips have the same frames
  //   reference: Br rows of M tokens, from Project
  //   reference_rows: B entries; row of `reference` for each clip, or
  //     kNoReference. Such a clip costs and yields exactly what AttendSelf
  //     does.
  // -> [B, F, N, inner]
  at::Tensor AttendWithReference(const at::Tensor& x,
                                 const KeysValues& reference,
                                 c10::ArrayRef<int64_t> reference_rows) const;

  // The frames of one pixel attend to each other, for every pixel of B clips:
  // x: [B, F, N, query_dim] -> [B, F, N, inner], to be handed to to_out.
  at::Tensor AttendAcrossFrames(const at::Tensor& x) const;

  const Linear& to_out() const { return to_out_; }

 private:
  struct Projected {
    at::Tensor q, k, v;  // [..., inner], views of one tensor where fused
  };
  Projected ProjectSelf(const at::Tensor& x) const;
  // [R, L, inner] -> [R, heads, L, head_dim]
  at::Tensor SplitHeads(const at::Tensor& x) const;
  // Scaled dot product of projected tokens: [R, L, inner].
  at::Tensor Attend(const at::Tensor& q, const at::Tensor& k,
                    const at::Tensor& v) const;
  // AttendWithReference by one long sequence per clip, or by parts.
  at::Tensor AttendJoined(const Projected& own, const KeysValues& reference,
                          c10::ArrayRef<int64_t> reference_rows) const;
  at::Tensor AttendSplit(const Projected& own, const KeysValues& reference,
                         c10::ArrayRef<int64_t> reference_rows) const;

  ExactShortcuts shortcuts_;
  Linear to_q_;
  Linear to_k_;
  Linear to_v_;
  Linear to_out_;
  at::Tensor qkv_;  // [3*inner, query_dim], of which to_q_, to_k_ and to_v_ are
                    // parts; undefined: not fused
  int64_t heads_;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_ATTENTION_H_
