#include "engine/nn/attention_part.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_scaled_dot_product_efficient_attention.h>
#include <ATen/ops/_scaled_dot_product_flash_attention.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/lerp.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>

#include <cmath>
#include <tuple>

namespace animate::nn {
namespace {

bool IsHalf(const at::Tensor& x) {
  return x.scalar_type() == at::kHalf || x.scalar_type() == at::kBFloat16;
}

}  // namespace

bool CanAttendInParts(const at::Tensor& q) {
  if (q.is_cpu()) return IsHalf(q) || q.scalar_type() == at::kFloat;
  return q.is_cuda() && (IsHalf(q) || q.scalar_type() == at::kFloat) &&
         q.size(-1) % 8 == 0 && q.size(-1) <= 256;
}

AttentionPart AttendPart(const at::Tensor& q, const at::Tensor& k,
                         const at::Tensor& v) {
  AttentionPart part;
  if (q.is_cpu()) {
    std::tie(part.out, part.lse) =
        at::_scaled_dot_product_flash_attention_for_cpu(q, k, v);
  } else if (IsHalf(q)) {
    const auto result = at::_scaled_dot_product_flash_attention(q, k, v);
    part = {std::get<0>(result), std::get<1>(result)};
  } else {
    const auto result = at::_scaled_dot_product_efficient_attention(
        q, k, v, /*attn_bias=*/{}, /*compute_log_sumexp=*/true);
    part = {std::get<0>(result), std::get<1>(result)};
  }
  // Some kernels round the number of queries up.
  part.lse = part.lse.narrow(-1, 0, q.size(2));
  return part;
}

AttentionPart AttendPartPlainly(const at::Tensor& q, const at::Tensor& k,
                                const at::Tensor& v) {
  const double scale = 1.0 / std::sqrt(static_cast<double>(q.size(-1)));
  const at::Tensor scores =
      at::matmul(q.to(at::kFloat), k.to(at::kFloat).transpose(-2, -1)) * scale;
  return {
      at::matmul(at::softmax(scores, -1), v.to(at::kFloat)).to(q.scalar_type()),
      at::logsumexp(scores, -1)};
}

void MergeInto(AttentionPart& part, const AttentionPart& other) {
  // The share of `other` in the sum of exponentials.
  const at::Tensor share =
      at::sigmoid(other.lse.to(at::kFloat) - part.lse.to(at::kFloat))
          .unsqueeze(-1);
  if (part.out.scalar_type() == at::kFloat) {
    part.out.lerp_(other.out, share);
  } else {
    part.out.copy_(
        at::lerp(part.out.to(at::kFloat), other.out.to(at::kFloat), share));
  }
}

}  // namespace animate::nn
