#include "engine/model/reference_unet.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/model/denoising_unet.h"
#include "tests/support/golden.h"
#include "tests/support/random_weights.h"

namespace animate {
namespace {

class ReferenceUnetGoldenTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    golden_ = Golden::Open(GetParam());
    if (golden_ == nullptr) {
      GTEST_SKIP() << "no golden data \"" << GetParam() << "\" here";
    }
    parameters_ = std::make_unique<Parameters>(golden_->reference_unet());
  }

  void ExpectBanksMatch(const std::string& file) {
    const ReferenceUnet unet(Scope(*parameters_), golden_->unet_config());
    const ReferenceFeatures features =
        unet.Forward(golden_->In(file, "in.latents"), at::tensor(0),
                     golden_->In(file, "in.context"));
    const StateDict banks = golden_->All(file, "out.bank.");
    EXPECT_EQ(features.blocks.size(), banks.size());
    for (const ReferenceFeatures::Block& block : features.blocks) {
      EXPECT_TRUE(Matches(
          block.tokens, golden_->Out(file, absl::StrCat("bank.", block.name))));
    }
  }

  std::unique_ptr<Golden> golden_;
  std::unique_ptr<Parameters> parameters_;
};

TEST_P(ReferenceUnetGoldenTest, ReadsExactlyTheKeysOfTheCheckpoint) {
  const ReferenceUnet unet(Scope(*parameters_), golden_->unet_config());
  EXPECT_EQ(parameters_->Verify("reference_unet"), absl::OkStatus());
}

TEST_P(ReferenceUnetGoldenTest, FeaturesMatchTheReference) {
  ExpectBanksMatch("reference_unet");
}

TEST_P(ReferenceUnetGoldenTest, EverySubmoduleMatches) {
  const StateDict recorded = golden_->All("reference_unet", "out.tap.");
  std::set<std::string> wanted;
  for (const auto& [name, tensor] : recorded) wanted.insert(name);
  Taps taps(wanted);
  const ReferenceUnet unet(Scope(*parameters_), golden_->unet_config());
  unet.Forward(golden_->In("reference_unet", "in.latents"), at::tensor(0),
               golden_->In("reference_unet", "in.context"), &taps);
  EXPECT_THAT(taps.Missing(), testing::IsEmpty());
  for (const auto& [name, tensor] : taps.outputs()) {
    EXPECT_TRUE(Matches(
        tensor, golden_->Out("reference_unet", absl::StrCat("tap.", name))));
  }
}

TEST_P(ReferenceUnetGoldenTest, RoundedFeaturesAreWhatTheDenoisingUnetIsGiven) {
  ReferenceFeatures features;
  for (const auto& [name, tokens] :
       golden_->All("reference_unet", "out.bank.")) {
    features.blocks.push_back({name, tokens});
  }
  const ReferenceFeatures rounded = features.RoundedToHalf();
  for (const auto& [name, tokens] :
       golden_->All("denoising_unet", "in.bank.")) {
    EXPECT_TRUE(
        at::equal(rounded.Find(name), tokens.to(c10::ScalarType::Float)))
        << name;
  }
}

TEST_P(ReferenceUnetGoldenTest, OutputLayersOfAWholeUnetAreAccepted) {
  StateDict whole = golden_->denoising_unet();
  for (const auto& [key, tensor] : golden_->motion_module()) whole.erase(key);
  ASSERT_EQ(whole.count("conv_out.weight"), 1u);
  Parameters parameters(whole);
  const ReferenceUnet unet(Scope(parameters), golden_->unet_config());
  EXPECT_EQ(parameters.Verify("reference_unet"), absl::OkStatus());
}

TEST_P(ReferenceUnetGoldenTest, BlocksAreThoseOfTheDenoisingUnet) {
  Parameters denoising(golden_->denoising_unet());
  const DenoisingUnet reader(Scope(denoising), golden_->unet_config(),
                             golden_->inference_config().motion);
  const ReferenceUnet writer(Scope(*parameters_), golden_->unet_config());
  EXPECT_EQ(reader.transformer_blocks(), writer.transformer_blocks());
}

INSTANTIATE_TEST_SUITE_P(Golden, ReferenceUnetGoldenTest,
                         testing::Values("nano", "tiny"),
                         [](const auto& test) { return test.param; });

class ReferenceUnetSquareGoldenTest : public ReferenceUnetGoldenTest {};

TEST_P(ReferenceUnetSquareGoldenTest, FeaturesMatchTheReference) {
  ExpectBanksMatch("reference_unet_square");
}

INSTANTIATE_TEST_SUITE_P(Golden, ReferenceUnetSquareGoldenTest,
                         testing::Values("tiny"),
                         [](const auto& test) { return test.param; });

TEST(ReferenceUnetTest, FeaturesComeInOrderOfExecution) {
  const UnetConfig config{.block_out_channels = {32, 32},
                          .layers_per_block = {1, 1},
                          .down_attention = {true, false},
                          .up_attention = {true, false},
                          .num_attention_heads = {2, 2},
                          .transformer_layers_per_block = {1, 1},
                          .cross_attention_dim = 8,
                          .time_embedding_dim = 32};
  Parameters parameters(
      RandomWeights([&](const Scope& scope) { ReferenceUnet(scope, config); }));
  const ReferenceUnet unet(Scope(parameters), config);
  const ReferenceFeatures features = unet.Forward(
      RandomTensor({3, 4, 5, 4}), at::tensor(0), RandomTensor({3, 1, 8}));
  std::vector<std::string> names;
  for (const ReferenceFeatures::Block& block : features.blocks) {
    names.push_back(block.name);
  }
  EXPECT_THAT(names, testing::ElementsAre(
                         "down_blocks.0.attentions.0.transformer_blocks.0",
                         "mid_block.attentions.0.transformer_blocks.0",
                         "up_blocks.1.attentions.0.transformer_blocks.0",
                         "up_blocks.1.attentions.1.transformer_blocks.0"));
  EXPECT_EQ(names, unet.transformer_blocks());
  EXPECT_EQ(features.blocks[0].tokens.sizes(), at::IntArrayRef({3, 20, 32}));
  EXPECT_EQ(features.blocks[1].tokens.sizes(), at::IntArrayRef({3, 6, 32}));
}

}  // namespace
}  // namespace animate
