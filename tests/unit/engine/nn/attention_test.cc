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
#include "tests/support/op_counts.h"
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

TEST(AttentionTest, FusedProjectionsAreOneProduct) {
  const StateDict weights = AttentionWeights(kSelf);
  AttentionConfig apart = kSelf;
  apart.shortcuts.fused_projections = false;
  Parameters first(weights);
  Parameters second(weights);
  const Attention fused(Scope(first), kSelf);
  const Attention plain(Scope(second), apart);
  const at::Tensor x = RandomTensor({2, 5, 6}, 20);
  EXPECT_TRUE(
      at::allclose(fused.AttendSelf(x), plain.AttendSelf(x), 1e-5, 1e-6));
  EXPECT_EQ(OpCounts([&] { fused.AttendSelf(x); })["aten::linear"], 1);
  EXPECT_EQ(OpCounts([&] { plain.AttendSelf(x); })["aten::linear"], 3);
}

TEST(AttentionTest, FramesOfEachPixelAttendToEachOther) {
  const StateDict weights = AttentionWeights(kSelf);
  Parameters parameters(weights);
  const Attention attention(Scope(parameters), kSelf);
  const at::Tensor x = RandomTensor({2, 3, 4, 6}, 20);  // [B, F, N, C]
  const at::Tensor got =
      attention.to_out().Forward(attention.AttendAcrossFrames(x));
  for (int64_t clip = 0; clip < 2; ++clip) {
    for (int64_t pixel = 0; pixel < 4; ++pixel) {
      const at::Tensor frames = x[clip].select(1, pixel).unsqueeze(0);
      EXPECT_TRUE(at::allclose(got[clip].select(1, pixel).unsqueeze(0),
                               Definition(weights, frames, frames), 1e-4,
                               1e-5));
    }
  }
}

// Both ways to attend to own and reference tokens.
class AttentionWithReferenceTest : public testing::TestWithParam<bool> {
 protected:
  AttentionWithReferenceTest()
      : weights_(AttentionWeights(kSelf)),
        parameters_(weights_),
        attention_(Scope(parameters_), Config()) {}

  static AttentionConfig Config() {
    AttentionConfig config = kSelf;
    config.shortcuts.split_attention = GetParam();
    return config;
  }

  // x: [B or 1, F, N, C] -> [B, F, N, C]
  at::Tensor Attend(const at::Tensor& x, const at::Tensor& reference,
                    const std::vector<int64_t>& rows) const {
    return attention_.to_out().Forward(
        attention_.AttendWithReference(x, attention_.Project(reference), rows));
  }

  StateDict weights_;
  Parameters parameters_;
  Attention attention_;
};

TEST_P(AttentionWithReferenceTest, ReferenceExtendsKeysAndValues) {
  const at::Tensor x = RandomTensor({3, 2, 5, 6}, 20);
  const at::Tensor reference = RandomTensor({2, 4, 6}, 21);
  // Clips 0 and 2 read rows 1 and 0, clip 1 reads nothing.
  const std::vector<int64_t> rows = {1, kNoReference, 0};
  const at::Tensor got = Attend(x, reference, rows);
  for (int64_t clip = 0; clip < 3; ++clip) {
    const int64_t bank = rows[static_cast<size_t>(clip)];
    for (int64_t frame = 0; frame < 2; ++frame) {
      const at::Tensor own = x[clip].narrow(0, frame, 1);
      const at::Tensor context =
          bank == kNoReference
              ? own
              : at::cat({own, reference.narrow(0, bank, 1)}, 1);
      EXPECT_TRUE(at::allclose(got[clip].narrow(0, frame, 1),
                               Definition(weights_, own, context), 1e-4, 1e-5))
          << clip;
    }
  }
}

TEST_P(AttentionWithReferenceTest, OneRowOfFramesServesAllClips) {
  const at::Tensor x = RandomTensor({1, 3, 5, 6}, 20);
  const at::Tensor reference = RandomTensor({1, 4, 6}, 21);
  const std::vector<int64_t> rows = {kNoReference, 0};
  EXPECT_TRUE(at::allclose(Attend(x, reference, rows),
                           Attend(x.repeat({2, 1, 1, 1}), reference, rows),
                           1e-5, 1e-6));
}

TEST_P(AttentionWithReferenceTest, ClipsWithoutReferenceAreUntouchedByIt) {
  const at::Tensor x = RandomTensor({2, 2, 5, 6}, 20);
  const at::Tensor reference = RandomTensor({1, 4, 6}, 21);
  const at::Tensor a = Attend(x, reference, {kNoReference, 0});
  const at::Tensor b = Attend(x, reference * 3, {kNoReference, 0});
  EXPECT_TRUE(at::equal(a[0], b[0]));
  EXPECT_FALSE(at::equal(a[1], b[1]));
  EXPECT_TRUE(at::allclose(
      Attend(x, reference, {kNoReference, kNoReference}).flatten(0, 1),
      attention_.Forward(x.flatten(0, 1), x.flatten(0, 1)), 1e-5, 1e-6));
}

TEST_P(AttentionWithReferenceTest, GradientsFlowToReferenceAndOwnTokens) {
  at::Tensor x = RandomTensor({2, 2, 5, 6}, 20).requires_grad_(true);
  at::Tensor reference = RandomTensor({1, 4, 6}, 21).requires_grad_(true);
  Attend(x, reference, {kNoReference, 0}).square().sum().backward();
  EXPECT_GT(reference.grad().abs().sum().item<double>(), 0.0);
  EXPECT_GT(x.grad().abs().sum().item<double>(), 0.0);
}

TEST_P(AttentionWithReferenceTest, RefusesRowsThatDoNotFitTheBatch) {
  const at::Tensor x = RandomTensor({2, 2, 5, 6}, 20);
  const at::Tensor reference = RandomTensor({1, 4, 6}, 21);
  EXPECT_THROW(Attend(x, reference, {0, 0, 0}), c10::Error);
  EXPECT_THROW(Attend(x, reference, {}), c10::Error);
}

INSTANTIATE_TEST_SUITE_P(Both, AttentionWithReferenceTest, testing::Bool(),
                         [](const auto& test) {
                           return test.param ? "Split" : "Joined";
                         });

}  // namespace
}  // namespace animate::nn
