#include "engine/nn/attention.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/stack.h>
#include <c10/util/Exception.h>

#include <vector>

#include "engine/nn/attention_part.h"
#include "engine/nn/reference_features.h"
#include "engine/nn/rows.h"

namespace animate::nn {

Attention::Attention(const Scope& scope, const AttentionConfig& config)
    : shortcuts_(config.shortcuts),
      to_q_(scope / "to_q", config.query_dim, config.heads * config.head_dim,
            Bias::kNone),
      to_k_(scope / "to_k", config.context_dim, config.heads * config.head_dim,
            Bias::kNone),
      to_v_(scope / "to_v", config.context_dim, config.heads * config.head_dim,
            Bias::kNone),
      to_out_(scope / "to_out" / 0, config.heads * config.head_dim,
              config.query_dim),
      heads_(config.heads) {
  const bool trained = to_q_.weight.requires_grad() ||
                       to_k_.weight.requires_grad() ||
                       to_v_.weight.requires_grad();
  if (!shortcuts_.fused_projections || trained ||
      config.query_dim != config.context_dim) {
    return;
  }
  qkv_ = at::cat({to_q_.weight, to_k_.weight, to_v_.weight});
  const std::vector<at::Tensor> parts = qkv_.chunk(3);
  to_q_.weight = parts[0];
  to_k_.weight = parts[1];
  to_v_.weight = parts[2];
}

Attention::KeysValues Attention::Project(const at::Tensor& context) const {
  return {to_k_.Forward(context), to_v_.Forward(context)};
}

Attention::Projected Attention::ProjectSelf(const at::Tensor& x) const {
  if (!qkv_.defined()) {
    return {to_q_.Forward(x), to_k_.Forward(x), to_v_.Forward(x)};
  }
  const std::vector<at::Tensor> parts = at::linear(x, qkv_).chunk(3, -1);
  return {parts[0], parts[1], parts[2]};
}

at::Tensor Attention::Forward(const at::Tensor& query,
                              const at::Tensor& context) const {
  const KeysValues tokens = Project(context);
  const int64_t rows = query.size(0);
  return to_out_.Forward(Attend(to_q_.Forward(query),
                                RepeatRows(tokens.k, rows),
                                RepeatRows(tokens.v, rows)));
}

at::Tensor Attention::AttendSelf(const at::Tensor& x) const {
  const Projected own = ProjectSelf(x);
  return Attend(own.q, own.k, own.v);
}

at::Tensor Attention::AttendWithReference(
    const at::Tensor& x, const KeysValues& reference,
    c10::ArrayRef<int64_t> reference_rows) const {
  const int64_t clips = static_cast<int64_t>(reference_rows.size());
  TORCH_CHECK(x.dim() == 4 && (x.size(0) == 1 || x.size(0) == clips),
              "reference_rows must have one entry per clip: ", clips,
              " entries for ", x.sizes());
  const Projected own = ProjectSelf(x);
  const bool split = shortcuts_.split_attention && CanAttendInParts(x) &&
                     !NeedsGradient(own.q) && !NeedsGradient(reference.k);
  return split ? AttendSplit(own, reference, reference_rows)
               : AttendJoined(own, reference, reference_rows);
}

at::Tensor Attention::AttendJoined(
    const Projected& own, const KeysValues& reference,
    c10::ArrayRef<int64_t> reference_rows) const {
  const int64_t frames = own.q.size(1);
  std::vector<at::Tensor> attended;  // per clip [F, N, inner]
  for (size_t b = 0; b < reference_rows.size(); ++b) {
    const int64_t clip = own.q.size(0) == 1 ? 0 : static_cast<int64_t>(b);
    at::Tensor k = own.k[clip];
    at::Tensor v = own.v[clip];
    if (reference_rows[b] != kNoReference) {
      const at::Tensor more_k = reference.k[reference_rows[b]];
      const at::Tensor more_v = reference.v[reference_rows[b]];
      k = at::cat({k, more_k.expand({frames, -1, -1})}, 1);
      v = at::cat({v, more_v.expand({frames, -1, -1})}, 1);
    }
    attended.push_back(Attend(own.q[clip], k, v));
  }
  return at::stack(attended);
}

at::Tensor Attention::AttendSplit(const Projected& own,
                                  const KeysValues& reference,
                                  c10::ArrayRef<int64_t> reference_rows) const {
  const int64_t clips = static_cast<int64_t>(reference_rows.size());
  const int64_t frames = own.q.size(1);
  const int64_t tokens = own.q.size(2);
  const bool shared = own.q.size(0) != clips;
  const AttentionPart all = AttendPart(SplitHeads(own.q.flatten(0, 1)),
                                       SplitHeads(own.k.flatten(0, 1)),
                                       SplitHeads(own.v.flatten(0, 1)));
  // [B or 1, F*N, heads, head_dim], as the kernel leaves it in memory.
  at::Tensor out = all.out.transpose(1, 2).contiguous().view(
      {own.q.size(0), frames * tokens, heads_, -1});
  const at::Tensor lse =
      all.lse.transpose(1, 2).reshape({own.q.size(0), frames * tokens, heads_});
  if (shared) out = out.expand({clips, -1, -1, -1}).contiguous();

  for (int64_t b = 0; b < clips; ++b) {
    const int64_t row = reference_rows[static_cast<size_t>(b)];
    if (row == kNoReference) continue;
    const int64_t clip = shared ? 0 : b;
    // The frames of a clip read the same keys: they are one long query.
    const at::Tensor q = own.q[clip].flatten(0, 1).unsqueeze(0);
    AttentionPart part = {.out = out.narrow(0, b, 1).transpose(1, 2),
                          .lse = lse.narrow(0, clip, 1).transpose(1, 2)};
    MergeInto(part, AttendPart(SplitHeads(q),
                               SplitHeads(reference.k.narrow(0, row, 1)),
                               SplitHeads(reference.v.narrow(0, row, 1))));
  }
  return out.view({clips, frames, tokens, -1});
}

at::Tensor Attention::AttendAcrossFrames(const at::Tensor& x) const {
  const Projected own = ProjectSelf(x);
  std::vector<at::Tensor> clips;  // each [F, N, inner]
  for (int64_t b = 0; b < x.size(0); ++b) {
    // [F, N, inner] -> [N, F, inner]
    const at::Tensor attended =
        Attend(own.q[b].transpose(0, 1), own.k[b].transpose(0, 1),
               own.v[b].transpose(0, 1));
    clips.push_back(attended.transpose(0, 1));
  }
  return at::stack(clips);
}

at::Tensor Attention::SplitHeads(const at::Tensor& x) const {
  return x.unflatten(-1, {heads_, -1}).transpose(1, 2);
}

at::Tensor Attention::Attend(const at::Tensor& q, const at::Tensor& k,
                             const at::Tensor& v) const {
  return at::scaled_dot_product_attention(SplitHeads(q), SplitHeads(k),
                                          SplitHeads(v))
      .transpose(1, 2)
      .flatten(2);
}

}  // namespace animate::nn
