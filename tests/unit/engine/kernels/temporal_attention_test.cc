#include "engine/kernels/temporal_attention.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <cmath>

namespace animate::kernels {
namespace {

// The definition, head by head, in fp64.
at::Tensor ExpectedAttention(const TemporalAttentionArguments& a) {
  const int64_t head_dim = a.q.size(2) / a.heads;
  at::Tensor y = at::zeros_like(a.q, at::kDouble);
  for (int64_t head = 0; head < a.heads; ++head) {
    const auto of = [&](const at::Tensor& x) {
      return x.narrow(2, head * head_dim, head_dim).to(at::kDouble);
    };
    const at::Tensor scores = at::matmul(of(a.q), of(a.k).transpose(1, 2)) /
                              std::sqrt(static_cast<double>(head_dim));
    y.narrow(2, head * head_dim, head_dim)
        .copy_(at::matmul(at::softmax(scores, -1), of(a.v)));
  }
  return y;
}

TEST(TemporalAttentionTest, IsTheDefinitionHeadByHead) {
  const TemporalAttentionArguments arguments = {.q = at::randn({6, 5, 12}) * 2,
                                                .k = at::randn({6, 5, 12}) * 2,
                                                .v = at::randn({6, 5, 12}),
                                                .heads = 3};
  EXPECT_TRUE(at::allclose(TemporalAttention(arguments).to(at::kDouble),
                           ExpectedAttention(arguments), 1e-5, 1e-5));
}

TEST(TemporalAttentionTest, TakesSlicesOfOneProjection) {
  const at::Tensor qkv = at::randn({6, 5, 36});
  const TemporalAttentionArguments arguments = {.q = qkv.narrow(2, 0, 12),
                                                .k = qkv.narrow(2, 12, 12),
                                                .v = qkv.narrow(2, 24, 12),
                                                .heads = 3};
  const at::Tensor y = TemporalAttention(arguments);
  EXPECT_TRUE(y.is_contiguous());
  EXPECT_TRUE(at::allclose(y.to(at::kDouble), ExpectedAttention(arguments),
                           1e-5, 1e-5));
}

TEST(TemporalAttentionTest, ThrowsForShapesThatDoNotFit) {
  EXPECT_THROW(TemporalAttention({.q = at::randn({6, 5, 12}),
                                  .k = at::randn({6, 4, 12}),
                                  .v = at::randn({6, 5, 12}),
                                  .heads = 3}),
               c10::Error);
}

}  // namespace
}  // namespace animate::kernels
