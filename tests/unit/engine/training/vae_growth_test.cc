#include "engine/training/vae_growth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>

#include "engine/model/autoencoder_kl.h"
#include "tests/unit/engine/training/vae_testing.h"

namespace animate {
namespace {

VaeConfig OneDeeper() {
  VaeConfig config = TinyVae();
  config.block_out_channels.push_back(24);
  config.latent_channels = 6;
  return config;
}

VaeModel Source() { return NewVae(TinyVae(), -6, 1); }

VaeModel Grown() { return *GrowVae(Source(), OneDeeper(), 2); }

TEST(NewVaeTest, HasANarrowPosterior) {
  const VaeModel model = NewVae(TinyVae(), -5, 1);
  Parameters parameters(model.weights);
  const AutoencoderKL vae(Scope(parameters), model.config);
  ASSERT_TRUE(parameters.Verify("vae").ok());
  const LatentDistribution latents =
      vae.Encode(at::ones({1, 3, 16, 16}, at::kFloat));
  EXPECT_NEAR(latents.logvar.mean().item<double>(), -5, 0.5);
  EXPECT_LT((latents.logvar + 5.0).abs().max().item<double>(), 2);
}

TEST(GrowVaeTest, IsACompleteNetworkOfTheNextFactor) {
  const VaeModel grown = Grown();
  Parameters parameters(grown.weights);
  const AutoencoderKL vae(Scope(parameters), grown.config);
  EXPECT_TRUE(parameters.Verify("vae").ok());
  EXPECT_EQ(vae.spatial_factor(), 8);
}

TEST(GrowVaeTest, KeepsTheOuterLevelsBitByBit) {
  const VaeModel source = Source();
  const VaeModel grown = Grown();
  for (const char* key :
       {"encoder.conv_in.weight", "encoder.down_blocks.0.resnets.0.conv1.bias",
        "encoder.down_blocks.1.downsamplers.0.conv.weight",
        "encoder.down_blocks.2.resnets.0.conv2.weight",
        "decoder.conv_norm_out.weight", "decoder.conv_out.weight"}) {
    EXPECT_TRUE(at::equal(grown.weights.at(key), source.weights.at(key)))
        << key;
  }
}

TEST(GrowVaeTest, MovesTheLevelsOfTheDecoderOutwards) {
  const VaeModel source = Source();
  const VaeModel grown = Grown();
  for (const char* rest :
       {"0.resnets.1.conv1.weight", "0.upsamplers.0.conv.weight",
        "1.resnets.0.conv_shortcut.weight", "2.resnets.1.conv2.weight"}) {
    std::string moved = rest;
    ++moved[0];
    EXPECT_TRUE(
        at::equal(grown.weights.at("decoder.up_blocks." + moved),
                  source.weights.at(std::string("decoder.up_blocks.") + rest)))
        << rest;
  }
}

TEST(GrowVaeTest, BeginsTheRestFromItsSeed) {
  const VaeModel again = Grown();
  const VaeModel other = *GrowVae(Source(), OneDeeper(), 3);
  const std::string key = "encoder.down_blocks.3.resnets.0.conv1.weight";
  EXPECT_TRUE(at::equal(Grown().weights.at(key), again.weights.at(key)));
  EXPECT_FALSE(at::equal(Grown().weights.at(key), other.weights.at(key)));
}

TEST(GrowVaeTest, SharesNoMemoryWithItsSource) {
  const VaeModel source = Source();
  const absl::StatusOr<VaeModel> grown = GrowVae(source, OneDeeper(), 2);
  ASSERT_TRUE(grown.ok());
  grown->weights.at("encoder.conv_in.weight").zero_();
  EXPECT_GT(
      source.weights.at("encoder.conv_in.weight").abs().sum().item<double>(),
      0);
}

TEST(GrowVaeTest, RefusesANetworkThatIsNotOneLevelDeeper) {
  VaeConfig wider = OneDeeper();
  wider.block_out_channels[0] = 16;
  VaeConfig longer = OneDeeper();
  longer.layers_per_block = 2;
  for (const VaeConfig& config : {TinyVae(), wider, longer}) {
    const absl::Status refused = GrowVae(Source(), config, 1).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(refused.message(), testing::HasSubstr("grow_from"));
  }
}

}  // namespace
}  // namespace animate
