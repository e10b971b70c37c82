#include "engine/nn/attention.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <c10/util/Exception.h>

#include <vector>

#include "engine/nn/reference_features.h"
#include "engine/nn/rows.h"

namespace animate::nn {

Attention::Attention(const Scope& scope, const AttentionConfig& config)
    : to_q_(scope / "to_q", config.query_dim, config.heads * config.head_dim,
            Bias::kNone),
      to_k_(scope / "to_k", config.context_dim, config.heads * config.head_dim,
            Bias::kNone),
      to_v_(scope / "to_v", config.context_dim, config.heads * config.head_dim,
            Bias::kNone),
      to_out_(scope / "to_out" / 0, config.heads * config.head_dim,
              config.query_dim),
      heads_(config.heads) {}

at::Tensor Attention::Forward(const at::Tensor& query,
                              const at::Tensor& context) const {
  const at::Tensor q = SplitHeads(to_q_.Forward(query));
  const at::Tensor k = SplitHeads(to_k_.Forward(context));
  const at::Tensor v = SplitHeads(to_v_.Forward(context));
  const int64_t rows = query.size(0);
  return to_out_.Forward(Attend(q, RepeatRows(k, rows), RepeatRows(v, rows)));
}

at::Tensor Attention::ForwardWithReference(
    const at::Tensor& x, const at::Tensor& reference,
    c10::ArrayRef<int64_t> reference_rows) const {
  const int64_t clips = static_cast<int64_t>(reference_rows.size());
  TORCH_CHECK(clips > 0 && x.size(0) % clips == 0,
              "reference_rows must have one entry per clip: ", clips,
              " entries for ", x.size(0), " rows");
  const int64_t frames = x.size(0) / clips;
  const at::Tensor q = SplitHeads(to_q_.Forward(x));
  const at::Tensor k = SplitHeads(to_k_.Forward(x));
  const at::Tensor v = SplitHeads(to_v_.Forward(x));

  std::vector<at::Tensor> attended;  // per clip [F, N, heads*head_dim]
  for (int64_t b = 0; b < clips; ++b) {
    at::Tensor clip_k = k.narrow(0, b * frames, frames);
    at::Tensor clip_v = v.narrow(0, b * frames, frames);
    const int64_t row = reference_rows[static_cast<size_t>(b)];
    if (row != kNoReference) {
      // Projected once per clip; its frames share the result.
      const at::Tensor tokens = reference.narrow(0, row, 1).to(x.scalar_type());
      const at::Tensor reference_k = SplitHeads(to_k_.Forward(tokens));
      const at::Tensor reference_v = SplitHeads(to_v_.Forward(tokens));
      clip_k = at::cat({clip_k, reference_k.expand({frames, -1, -1, -1})}, 2);
      clip_v = at::cat({clip_v, reference_v.expand({frames, -1, -1, -1})}, 2);
    }
    attended.push_back(Attend(q.narrow(0, b * frames, frames), clip_k, clip_v));
  }
  return to_out_.Forward(at::cat(attended, 0));
}

at::Tensor Attention::SplitHeads(const at::Tensor& x) const {
  return x.unflatten(-1, {heads_, -1}).transpose(1, 2);
}

at::Tensor Attention::Attend(const at::Tensor& q, const at::Tensor& k,
                             const at::Tensor& v) const {
  return at::scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2);
}

}  // namespace animate::nn
