#include "engine/training/weight_init.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ATen/ops/equal.h>
#include <ATen/ops/var.h>

#include <cmath>

#include "engine/model/autoencoder_kl.h"
#include "engine/weights/motion_keys.h"

namespace animate {
namespace {

double DeviationOf(const at::Tensor& values) {
  return std::sqrt(values.pow(2).mean().item<double>());
}

double LargestOf(const at::Tensor& values) {
  return values.abs().max().item<double>();
}

TEST(WeightInitTest, KnowsWhatANetworkAsksForWithoutMakingIt) {
  const VaeConfig config{.block_out_channels = {8, 16}, .norm_num_groups = 1};
  const std::vector<ParameterRequest> requests =
      RequestsOf([&](const Scope& scope) { AutoencoderKL(scope, config); });
  const StateDict weights = InitialWeights(requests, VaeInit(), 1);
  Parameters parameters(weights);
  AutoencoderKL(Scope(parameters), config);
  EXPECT_TRUE(parameters.Verify("vae").ok());
}

TEST(WeightInitTest, DrawsAsPyTorchDoesByDefault) {
  const StateDict weights =
      InitialWeights({{"a.weight", {64, 16, 3, 3}}, {"a.bias", {4096}}}, {}, 1);
  EXPECT_LE(LargestOf(weights.at("a.weight")), 1.0 / 12);
  EXPECT_NEAR(DeviationOf(weights.at("a.weight")), 1 / std::sqrt(3 * 144.0),
              0.002);
  EXPECT_LE(LargestOf(weights.at("a.bias")), 1.0 / 12);
  EXPECT_GT(LargestOf(weights.at("a.bias")), 0.9 / 12);
}

TEST(WeightInitTest, StartsNormsAtTheIdentity) {
  const StateDict weights =
      InitialWeights({{"norm.weight", {8}}, {"norm.bias", {8}}}, UnetInit(), 1);
  EXPECT_TRUE(weights.at("norm.weight").eq(1).all().item<bool>());
  EXPECT_EQ(LargestOf(weights.at("norm.bias")), 0);
}

TEST(WeightInitTest, LetsTheFirstRuleThatFitsDecide) {
  WeightInit init;
  init.rules = {{.key_part = "a.zero", .distribution = InitDistribution::kZero},
                {.key_part = "a.",
                 .distribution = InitDistribution::kKaiming,
                 .scale = 0.5}};
  const StateDict weights = InitialWeights({{"a.zero.weight", {8, 8}},
                                            {"a.zero.bias", {8}},
                                            {"a.b.weight", {256, 50}}},
                                           init, 1);
  EXPECT_EQ(LargestOf(weights.at("a.zero.weight")), 0);
  EXPECT_EQ(LargestOf(weights.at("a.zero.bias")), 0);
  EXPECT_NEAR(DeviationOf(weights.at("a.b.weight")), 0.5 * std::sqrt(2.0 / 50),
              0.003);
}

TEST(WeightInitTest, EndsTheBranchesOfAUnetQuietly) {
  const std::vector<ParameterRequest> requests = {
      {"down_blocks.0.resnets.0.conv1.weight", {16, 16, 3, 3}},
      {"down_blocks.0.resnets.0.conv2.weight", {16, 16, 3, 3}},
      {"down_blocks.0.attentions.0.proj_out.weight", {16, 144}},
      {"down_blocks.0.motion_modules.0.temporal_transformer.proj_out.weight",
       {16, 16}}};
  const StateDict weights = InitialWeights(requests, UnetInit(), 1);
  const auto largest = [&](size_t i) {
    return LargestOf(weights.at(requests[i].key));
  };
  EXPECT_GT(largest(0), 0.9 / 12);
  EXPECT_LE(largest(1), 0.2 / 12);
  EXPECT_LE(largest(2), 0.2 / 12);
  EXPECT_GT(largest(2), 0.18 / 12);
  EXPECT_EQ(largest(3), 0);
}

TEST(WeightInitTest, LetsThePoseGuiderSpeakFromTheFirstStep) {
  const StateDict weights = InitialWeights(
      {{"conv_out.weight", {16, 16, 3, 3}}}, PoseGuiderInit(), 1);
  EXPECT_NEAR(DeviationOf(weights.at("conv_out.weight")), std::sqrt(2.0 / 144),
              0.01);
}

TEST(WeightInitTest, TabulatesPositionsAndDrawsEmbeddings) {
  WeightInit init;
  init.positions = 24;
  const StateDict weights =
      InitialWeights({{"a.pos_encoder.pe", {1, -1, 8}},
                      {"embeddings.class_embedding", {64}},
                      {"embeddings.position_embedding.weight", {65, 64}}},
                     init, 1);
  EXPECT_TRUE(
      at::equal(weights.at("a.pos_encoder.pe"), TemporalPositions(24, 8)));
  EXPECT_NEAR(DeviationOf(weights.at("embeddings.class_embedding")), 0.02,
              0.006);
  EXPECT_NEAR(DeviationOf(weights.at("embeddings.position_embedding.weight")),
              0.02, 0.002);
}

TEST(WeightInitTest, DrawsByKeyAndSeedAlone) {
  const std::vector<ParameterRequest> two = {{"a.weight", {4, 4}},
                                             {"b.weight", {4, 4}}};
  const StateDict first = InitialWeights(two, {}, 7);
  const StateDict alone = InitialWeights({two[1]}, {}, 7);
  const StateDict other = InitialWeights(two, {}, 8);
  EXPECT_TRUE(at::equal(first.at("b.weight"), alone.at("b.weight")));
  EXPECT_FALSE(at::equal(first.at("a.weight"), first.at("b.weight")));
  EXPECT_FALSE(at::equal(first.at("a.weight"), other.at("a.weight")));
}

}  // namespace
}  // namespace animate
