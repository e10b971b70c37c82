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
          .head_dim = config.dim / config.heads,
          .shortcuts = config.shortcuts};
}

bool HasReference(const ForwardContext& context) {
  return context.reference != nullptr && !context.reference->empty();
}

}  // namespace

BasicTransformerBlock::BasicTransformerBlock(
    const Scope& scope, const TransformerBlockConfig& config)
    : path_(scope.path()),
      shortcuts_(config.shortcuts),
      norm1_(scope / "norm1", config.dim),
      attn1_(scope / "attn1", AttentionOf(config, config.dim)),
      norm2_(scope / "norm2", config.dim),
      attn2_(scope / "attn2", AttentionOf(config, config.cross_attention_dim)),
      norm3_(scope / "norm3", config.dim),
      ff_(scope / "ff", config.dim) {}

BlockConditions BasicTransformerBlock::Prepare(
    const ForwardContext& context) const {
  BlockConditions conditions;
  if (shortcuts_.constant_cross_attention &&
      context.encoder_hidden_states.size(1) == 1) {
    // The softmax over one key is 1: attention returns its value.
    conditions.cross_attention = attn2_.to_out().Forward(
        attn2_.Project(context.encoder_hidden_states).v.squeeze(1));
  }
  if (HasReference(context)) {
    const at::Tensor tokens = context.reference->Find(path_);
    TORCH_CHECK(tokens.defined(), "the reference features have no block ",
                path_);
    const Attention::KeysValues projected =
        attn1_.Project(tokens.to(norm1_.weight.scalar_type()));
    conditions.reference_k = projected.k;
    conditions.reference_v = projected.v;
  }
  return conditions;
}

at::Tensor BasicTransformerBlock::Forward(const at::Tensor& x,
                                          const ForwardContext& context) const {
  const at::Tensor normed = norm1_.Forward(x);
  if (context.record != nullptr) {
    context.record->blocks.push_back({path_, normed});
    if (context.stop_at != nullptr && *context.stop_at == path_) return {};
  }
  const bool prepared =
      context.blocks != nullptr && context.blocks->count(path_) > 0;
  const BlockConditions conditions =
      prepared ? context.blocks->at(path_) : Prepare(context);

  const int64_t rows = context.encoder_hidden_states.size(0);
  // [B or 1, F, N, dim]
  const at::Tensor residual =
      x.unflatten(0, {context.one_row_for_all ? 1 : rows, -1});
  const at::Tensor attended =
      SelfAttention(normed, conditions, context).unflatten(0, {rows, -1});
  at::Tensor hidden;
  if (conditions.cross_attention.defined()) {
    const at::Tensor bias = (conditions.cross_attention + attn1_.to_out().bias)
                                .unsqueeze(1)
                                .unsqueeze(1);  // [B, 1, 1, dim]
    hidden =
        attn1_.to_out().ForwardOnto(residual, attended, bias).flatten(0, 1);
  } else {
    hidden = attn1_.to_out()
                 .ForwardOnto(residual.expand({rows, -1, -1, -1}), attended)
                 .flatten(0, 1);
    hidden = hidden + attn2_.Forward(norm2_.Forward(hidden),
                                     context.encoder_hidden_states);
  }
  return ff_.ForwardResidual(hidden, norm3_);
}

at::Tensor BasicTransformerBlock::SelfAttention(
    const at::Tensor& normed, const BlockConditions& conditions,
    const ForwardContext& context) const {
  const int64_t rows = context.encoder_hidden_states.size(0);
  if (conditions.reference_k.defined()) {
    const at::Tensor frames =
        normed.unflatten(0, {context.one_row_for_all ? 1 : rows, -1});
    return attn1_
        .AttendWithReference(frames,
                             {conditions.reference_k, conditions.reference_v},
                             context.reference_rows)
        .flatten(0, 1);
  }
  const at::Tensor attended = attn1_.AttendSelf(normed);
  return context.one_row_for_all ? attended.repeat({rows, 1, 1}) : attended;
}

}  // namespace animate::nn
