#include "engine/nn/attention.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "engine/nn/reference_features.h"
#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

constexpr AttentionConfig kSelf = {
    .query_dim = 6, .context_dim = 6, .heads = 2, .head_dim = 3};

StateDict AttentionWeights(const AttentionConfig& config) {
  StateDict weights =
      RandomWeights([&](const Scope& scope) { Attention(scope, config); });
  for (auto& [key, tensor] : weights) tensor = tensor * 10;  // sharp softmax
  return weights;
}

// The definition, one row and one head at a time.
at::Tensor Definition(const StateDict& weights, const at::Tensor& query,
                      const at::Tensor& context) {
  const at::Tensor q = at::linear(query, weights.at("to_q.weight"));
  const at::Tensor k = at::linear(context, weights.at("to_k.weight"));
  const at::Tensor v = at::linear(context, weights.at("to_v.weight"));
  std::vector<at::Tensor> heads;
  for (int64_t h = 0; h < kSelf.heads; ++h) {
    const auto head = [h](const at::Tensor& x) {
      return x.narrow(-1, h * kSelf.head_dim, kSelf.head_dim);
    };
    const at::Tensor scores = at::matmul(head(q), head(k).transpose(-1, -2)) /
                              std::sqrt(static_cast<double>(kSelf.head_dim));
    heads.push_back(at::matmul(at::softmax(scores, -1), head(v)));
  }
  return at::linear(at::cat(heads, -1), weights.at("to_out.0.weight"),
                    weights.at("to_out.0.bias"));
}

TEST(AttentionTest, IsScaledDotProductOverHeads) {
  const StateDict weights = AttentionWeights(kSelf);
  Parameters parameters(weights);
  const Attention attention(Scope(parameters), kSelf);
  EXPECT_EQ(parameters.Verify("attention"), absl::OkStatus());
  const at::Tensor x = RandomTensor({2, 5, 6}, 20);
  EXPECT_TRUE(at::allclose(attention.Forward(x, x), Definition(weights, x, x),
                           1e-4, 1e-5));
}

TEST(AttentionTest, ContextOfAClipServesItsFrames) {
  const AttentionConfig cross = {
      .query_dim = 6, .context_dim = 4, .heads = 2, .head_dim = 3};
  Parameters parameters(AttentionWeights(cross));
  const Attention attention(Scope(parameters), cross);
  const at::Tensor x = RandomTensor({6, 5, 6}, 20);  // 2 clips of 3 frames
  const at::Tensor context = RandomTensor({2, 3, 4}, 21);
  const at::Tensor together = attention.Forward(x, context);
  for (int64_t row = 0; row < 6; ++row) {
    EXPECT_TRUE(at::allclose(
        together.narrow(0, row, 1),
        attention.Forward(x.narrow(0, row, 1), context.narrow(0, row / 3, 1)),
        1e-4, 1e-5));
  }
}

TEST(AttentionWithReferenceTest, ReferenceExtendsKeysAndValues) {
  const StateDict weights = AttentionWeights(kSelf);
  Parameters parameters(weights);
  const Attention attention(Scope(parameters), kSelf);
  const at::Tensor x = RandomTensor({6, 5, 6}, 20);
  const at::Tensor reference = RandomTensor({2, 4, 6}, 21);
  // Clips 0 and 2 read rows 1 and 0, clip 1 reads nothing.
  const std::vector<int64_t> rows = {1, kNoReference, 0};
  const at::Tensor got = attention.ForwardWithReference(x, reference, rows);
  for (int64_t row = 0; row < 6; ++row) {
    const at::Tensor own = x.narrow(0, row, 1);
    const int64_t bank = rows[static_cast<size_t>(row / 2)];
    const at::Tensor context =
        bank == kNoReference ? own
                             : at::cat({own, reference.narrow(0, bank, 1)}, 1);
    EXPECT_TRUE(at::allclose(got.narrow(0, row, 1),
                             Definition(weights, own, context), 1e-4, 1e-5))
        << row;
  }
}

TEST(AttentionWithReferenceTest, ClipsWithoutReferenceAreUntouchedByIt) {
  Parameters parameters(AttentionWeights(kSelf));
  const Attention attention(Scope(parameters), kSelf);
  const at::Tensor x = RandomTensor({4, 5, 6}, 20);
  const at::Tensor reference = RandomTensor({1, 4, 6}, 21);
  const at::Tensor a =
      attention.ForwardWithReference(x, reference, {kNoReference, 0});
  const at::Tensor b =
      attention.ForwardWithReference(x, reference * 3, {kNoReference, 0});
  EXPECT_TRUE(at::equal(a.narrow(0, 0, 2), b.narrow(0, 0, 2)));
  EXPECT_FALSE(at::equal(a.narrow(0, 2, 2), b.narrow(0, 2, 2)));
  EXPECT_TRUE(at::allclose(
      attention.ForwardWithReference(x, reference, {kNoReference, -1}),
      attention.Forward(x, x), 1e-5, 1e-6));
}

TEST(AttentionWithReferenceTest, HalfFeaturesMeetFloatWeights) {
  Parameters parameters(AttentionWeights(kSelf));
  const Attention attention(Scope(parameters), kSelf);
  const at::Tensor x = RandomTensor({2, 5, 6}, 20);
  const at::Tensor half = RandomTensor({1, 4, 6}, 21).to(c10::ScalarType::Half);
  EXPECT_TRUE(at::equal(
      attention.ForwardWithReference(x, half, {0}),
      attention.ForwardWithReference(x, half.to(c10::ScalarType::Float), {0})));
}

TEST(AttentionWithReferenceTest, RefusesRowsThatDoNotFitTheBatch) {
  Parameters parameters(AttentionWeights(kSelf));
  const Attention attention(Scope(parameters), kSelf);
  const at::Tensor x = RandomTensor({4, 5, 6}, 20);
  const at::Tensor reference = RandomTensor({1, 4, 6}, 21);
  EXPECT_THROW(attention.ForwardWithReference(x, reference, {0, 0, 0}),
               c10::Error);
  EXPECT_THROW(attention.ForwardWithReference(x, reference, {}), c10::Error);
}

}  // namespace
}  // namespace animate::nn
