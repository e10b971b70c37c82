#include "engine/nn/basic_transformer_block.h"

#include <ATen/TensorOperators.h>
#include <c10/util/Exception.h>

namespace animate::nn {
namespace {

AttentionConfig AttentionOf(const TransformerBlockConfig& config,
                            int64_t context_dim) {
  return {.query_dim = config.dim,
          .context_dim = context_dim,
          .heads = config.heads,
          .head_dim = config.dim / config.heads};
}

}  // namespace

BasicTransformerBlock::BasicTransformerBlock(
    const Scope& scope, const TransformerBlockConfig& config)
    : path_(scope.path()),
      norm1_(scope / "norm1", config.dim),
      attn1_(scope / "attn1", AttentionOf(config, config.dim)),
      norm2_(scope / "norm2", config.dim),
      attn2_(scope / "attn2", AttentionOf(config, config.cross_attention_dim)),
      norm3_(scope / "norm3", config.dim),
      ff_(scope / "ff", config.dim) {}

at::Tensor BasicTransformerBlock::Forward(const at::Tensor& x,
                                          const ForwardContext& context) const {
  const at::Tensor normed = norm1_.Forward(x);
  if (context.record != nullptr) {
    context.record->blocks.push_back({path_, normed});
  }
  at::Tensor hidden = x + SelfAttention(normed, context);
  hidden = hidden + attn2_.Forward(norm2_.Forward(hidden),
                                   context.encoder_hidden_states);
  return hidden + ff_.Forward(norm3_.Forward(hidden));
}

at::Tensor BasicTransformerBlock::SelfAttention(
    const at::Tensor& normed, const ForwardContext& context) const {
  if (context.reference == nullptr || context.reference->empty()) {
    return attn1_.Forward(normed, normed);
  }
  const at::Tensor tokens = context.reference->Find(path_);
  TORCH_CHECK(tokens.defined(), "the reference features have no block ", path_);
  return attn1_.ForwardWithReference(normed, tokens, context.reference_rows);
}

}  // namespace animate::nn
