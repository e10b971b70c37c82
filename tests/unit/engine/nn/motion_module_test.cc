#include "engine/nn/motion_module.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros_like.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "tests/support/random_weights.h"

namespace animate::nn {
namespace {

constexpr int64_t kChannels = 64;
constexpr MotionModuleConfig kMotionConfig = {.heads = 4};

StateDict MotionWeights(const MotionModuleConfig& config) {
  return RandomWeights(
      [&](const Scope& scope) { MotionModule(scope, kChannels, config); });
}

TEST(MotionModuleTest, KeysFollowTheConfiguration) {
  const StateDict weights = MotionWeights({.heads = 4,
                                           .num_transformer_blocks = 2,
                                           .num_attention_blocks = 3,
                                           .position_encoding = false,
                                           .attention_dim_div = 2});
  const std::string block = "temporal_transformer.transformer_blocks.1.";
  EXPECT_EQ(weights.count(block + "attention_blocks.2.to_q.weight"), 1u);
  EXPECT_EQ(weights.count(block + "norms.2.weight"), 1u);
  EXPECT_EQ(weights.count(block + "attention_blocks.0.pos_encoder.pe"), 0u);
  EXPECT_EQ(weights.at("temporal_transformer.proj_in.weight").sizes(),
            at::IntArrayRef({kChannels / 2, kChannels}));
}

TEST(MotionModuleTest, PixelsAndClipsDoNotMix) {
  Parameters parameters(MotionWeights(kMotionConfig));
  const MotionModule module(Scope(parameters), kChannels, kMotionConfig);
  const at::Tensor x = RandomTensor({6, kChannels, 2, 3}, 70);
  const at::Tensor both = module.Forward(x, 3, nullptr);
  for (int64_t clip = 0; clip < 2; ++clip) {
    EXPECT_TRUE(
        at::allclose(module.Forward(x.narrow(0, clip * 3, 3), 3, nullptr),
                     both.narrow(0, clip * 3, 3), 1e-4, 1e-5));
  }
  // Without statistics over pixels (one pixel per call) the norm differs, so
  // pixels are compared by swapping two of them.
  EXPECT_TRUE(at::allclose(module.Forward(x.flip({3}), 3, nullptr),
                           both.flip({3}), 1e-4, 1e-5));
}

TEST(MotionModuleTest, FramesMeetAndKnowTheirOrder) {
  Parameters parameters(MotionWeights(kMotionConfig));
  const MotionModule module(Scope(parameters), kChannels, kMotionConfig);
  const at::Tensor x = RandomTensor({3, kChannels, 2, 2}, 70);
  const at::Tensor y = module.Forward(x, 3, nullptr);
  EXPECT_FALSE(at::allclose(module.Forward(x, 1, nullptr), y, 1e-3, 1e-4));
  EXPECT_FALSE(at::allclose(module.Forward(x.flip({0}), 3, nullptr).flip({0}),
                            y, 1e-3, 1e-4));
}

TEST(MotionModuleTest, WithoutPositionsFramesAreASet) {
  const MotionModuleConfig config = {.heads = 4, .position_encoding = false};
  Parameters parameters(MotionWeights(config));
  const MotionModule module(Scope(parameters), kChannels, config);
  const at::Tensor x = RandomTensor({3, kChannels, 2, 2}, 70);
  EXPECT_TRUE(at::allclose(module.Forward(x.flip({0}), 3, nullptr).flip({0}),
                           module.Forward(x, 3, nullptr), 1e-4, 1e-5));
}

TEST(MotionModuleTest, PositionsStayOutOfTheResidual) {
  // With attention's output at zero, positions have no other way through.
  StateDict weights = MotionWeights(kMotionConfig);
  for (auto& [key, tensor] : weights) {
    if (absl::StrContains(key, "to_out")) tensor = at::zeros_like(tensor);
  }
  Parameters with(weights);
  for (auto& [key, tensor] : weights) {
    if (absl::EndsWith(key, "pe")) tensor = tensor + 5;
  }
  Parameters other(weights);
  const at::Tensor x = RandomTensor({3, kChannels, 2, 2}, 70);
  EXPECT_TRUE(at::equal(MotionModule(Scope(with), kChannels, kMotionConfig)
                            .Forward(x, 3, nullptr),
                        MotionModule(Scope(other), kChannels, kMotionConfig)
                            .Forward(x, 3, nullptr)));
}

TEST(MotionModuleTest, ZeroProjectionLeavesTheInput) {
  StateDict weights = MotionWeights(kMotionConfig);
  for (auto& [key, tensor] : weights) {
    if (absl::StrContains(key, "proj_out")) tensor = at::zeros_like(tensor);
  }
  Parameters parameters(weights);
  const at::Tensor x = RandomTensor({3, kChannels, 2, 2}, 70);
  EXPECT_TRUE(
      at::equal(MotionModule(Scope(parameters), kChannels, kMotionConfig)
                    .Forward(x, 3, nullptr),
                x));
}

TEST(MotionModuleTest, LengthOfThePositionTableIsTheLimit) {
  Parameters parameters(MotionWeights(kMotionConfig));  // 16 positions
  const MotionModule module(Scope(parameters), kChannels, kMotionConfig);
  EXPECT_NO_THROW(
      module.Forward(RandomTensor({16, kChannels, 1, 1}), 16, nullptr));
  EXPECT_THROW(module.Forward(RandomTensor({17, kChannels, 1, 1}), 17, nullptr),
               c10::Error);
  EXPECT_THROW(module.Forward(RandomTensor({5, kChannels, 1, 1}), 2, nullptr),
               c10::Error);
}

}  // namespace
}  // namespace animate::nn
