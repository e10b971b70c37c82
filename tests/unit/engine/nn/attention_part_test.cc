#include "engine/nn/attention_part.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <gtest/gtest.h>

#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

struct Tokens {
  at::Tensor q = RandomTensor({2, 3, 7, 40}, 1, 2.0);
  at::Tensor k = RandomTensor({2, 3, 5, 40}, 2, 2.0);
  at::Tensor v = RandomTensor({2, 3, 5, 40}, 3);
  at::Tensor more_k = RandomTensor({2, 3, 9, 40}, 4, 2.0);
  at::Tensor more_v = RandomTensor({2, 3, 9, 40}, 5);
};

TEST(AttendPartTest, KernelGivesWhatPlainOperationsGive) {
  const Tokens t;
  ASSERT_TRUE(CanAttendInParts(t.q));
  const AttentionPart kernel = AttendPart(t.q, t.k, t.v);
  const AttentionPart plain = AttendPartPlainly(t.q, t.k, t.v);
  EXPECT_TRUE(at::allclose(kernel.out, plain.out, 1e-4, 1e-5));
  EXPECT_TRUE(at::allclose(kernel.lse, plain.lse, 1e-4, 1e-5));
  EXPECT_EQ(kernel.lse.scalar_type(), at::kFloat);
}

TEST(AttendPartTest, QueriesMayBeViewsOfOneProjection) {
  const at::Tensor qkv = RandomTensor({2, 7, 3 * 48}, 1);
  const auto part = [&](int64_t i) {
    return qkv.narrow(2, i * 48, 48).unflatten(-1, {3, 16}).transpose(1, 2);
  };
  EXPECT_TRUE(at::allclose(AttendPart(part(0), part(1), part(2)).out,
                           AttendPartPlainly(part(0), part(1), part(2)).out,
                           1e-4, 1e-5));
}

TEST(MergeIntoTest, PartsMakeTheWhole) {
  const Tokens t;
  AttentionPart merged = AttendPart(t.q, t.k, t.v);
  MergeInto(merged, AttendPart(t.q, t.more_k, t.more_v));
  const AttentionPart whole = AttendPartPlainly(
      t.q, at::cat({t.k, t.more_k}, 2), at::cat({t.v, t.more_v}, 2));
  EXPECT_TRUE(at::allclose(merged.out, whole.out, 1e-4, 1e-5));
}

TEST(MergeIntoTest, FarApartPartsDoNotOverflow) {
  const Tokens t;
  AttentionPart merged = AttendPart(t.q, t.k, t.v);
  MergeInto(merged, AttendPart(t.q, t.more_k * 300, t.more_v));
  const AttentionPart whole = AttendPartPlainly(
      t.q, at::cat({t.k, t.more_k * 300}, 2), at::cat({t.v, t.more_v}, 2));
  EXPECT_TRUE(at::allclose(merged.out, whole.out, 1e-3, 1e-4));
}

TEST(MergeIntoTest, WeightsOfHalfTypesAreFloat) {
  const Tokens t;
  const auto low = [](const at::Tensor& x) { return x.to(at::kBFloat16); };
  AttentionPart merged = AttendPart(low(t.q), low(t.k), low(t.v));
  MergeInto(merged, AttendPart(low(t.q), low(t.more_k), low(t.more_v)));
  const AttentionPart whole =
      AttendPartPlainly(low(t.q), low(at::cat({t.k, t.more_k}, 2)),
                        low(at::cat({t.v, t.more_v}, 2)));
  EXPECT_EQ(merged.out.scalar_type(), at::kBFloat16);
  EXPECT_TRUE(at::allclose(merged.out, whole.out, 0.0, 3e-2));
}

}  // namespace
}  // namespace animate::nn
