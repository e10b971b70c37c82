#ifndef ANIMATE_ENGINE_NN_ATTENTION_H_
#define ANIMATE_ENGINE_NN_ATTENTION_H_

#include <cstdint>

#include <ATen/core/Tensor.h>
#include <c10/util/ArrayRef.h>

#include "engine/nn/layers.h"
#include "engine/tensor/parameters.h"

namespace animate::nn {

struct AttentionConfig {
  int64_t query_dim;
  int64_t context_dim;  // width of keys' and values' source
  int64_t heads;
  int64_t head_dim;  // heads * head_dim is the inner width
};

// Multi-head scaled dot-product attention as in diffusers' Attention: to_q,
// to_k, to_v without bias, to_out.0 with one; scale 1/sqrt(head_dim); no mask,
// no dropout. Immutable; safe to share.
class Attention {
 public:
  Attention(const Scope& scope, const AttentionConfig& config);

  // Attends from each row of `query` [R, L, query_dim] to a row of `context`
  // [B, S, context_dim]. R must be a multiple of B: each context row serves
  // R/B consecutive query rows (the frames of a clip). -> [R, L, query_dim]
  at::Tensor Forward(const at::Tensor& query, const at::Tensor& context) const;

  // Self-attention of the frames of B clips, where some clips attend also to
  // the tokens of a reference:
  //   x: [B*F, N, query_dim], row = b*F + f
  //   reference: [Br, M, query_dim], of any floating type
  //   reference_rows: B entries; row of `reference` for each clip, or
  //     kNoReference. Such a clip costs and yields exactly what
  //     Forward(x, x) does.
  // Keys and values of a clip are [own tokens ; reference tokens], both through
  // this layer's to_k and to_v. -> [B*F, N, query_dim]
  at::Tensor ForwardWithReference(const at::Tensor& x,
                                  const at::Tensor& reference,
                                  c10::ArrayRef<int64_t> reference_rows) const;

 private:
  // [R, L, heads*head_dim] -> [R, heads, L, head_dim]
  at::Tensor SplitHeads(const at::Tensor& x) const;
  // Scaled dot product of split heads, merged again: [R, L, heads*head_dim].
  at::Tensor Attend(const at::Tensor& q, const at::Tensor& k,
                    const at::Tensor& v) const;

  Linear to_q_;
  Linear to_k_;
  Linear to_v_;
  Linear to_out_;
  int64_t heads_;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_ATTENTION_H_
