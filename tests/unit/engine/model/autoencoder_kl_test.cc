#include "engine/model/autoencoder_kl.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros_like.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/golden.h"
#include "tests/support/random_weights.h"

namespace animate {
namespace {

std::set<std::string> Keys(const StateDict& tensors) {
  std::set<std::string> keys;
  for (const auto& [key, tensor] : tensors) keys.insert(key);
  return keys;
}

class AutoencoderKLGoldenTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    golden_ = Golden::Open(GetParam());
    if (golden_ == nullptr) {
      GTEST_SKIP() << "no golden data \"" << GetParam() << "\" here";
    }
    parameters_ = std::make_unique<Parameters>(golden_->vae());
    vae_ = std::make_unique<AutoencoderKL>(Scope(*parameters_),
                                           golden_->vae_config());
  }

  void ExpectTapsMatch(const Taps& taps, const std::string& file) {
    EXPECT_THAT(taps.Missing(), testing::IsEmpty());
    for (const auto& [name, tensor] : taps.outputs()) {
      EXPECT_TRUE(
          Matches(tensor, golden_->Out(file, absl::StrCat("tap.", name))));
    }
  }

  std::unique_ptr<Golden> golden_;
  std::unique_ptr<Parameters> parameters_;
  std::unique_ptr<AutoencoderKL> vae_;
};

TEST_P(AutoencoderKLGoldenTest, ReadsExactlyTheKeysOfTheCheckpoint) {
  EXPECT_EQ(parameters_->Verify("vae"), absl::OkStatus());
}

TEST_P(AutoencoderKLGoldenTest, EncodingMatchesTheReference) {
  Taps taps(Keys(golden_->All("vae_encode", "out.tap.")));
  const LatentDistribution latents =
      vae_->Encode(golden_->In("vae_encode", "in.image"), &taps);
  EXPECT_TRUE(Matches(latents.mean, golden_->Out("vae_encode", "mean")));
  EXPECT_TRUE(Matches(latents.logvar, golden_->Out("vae_encode", "logvar")));
  EXPECT_TRUE(Matches(latents.mean * vae_->scaling_factor(),
                      golden_->Out("vae_encode", "latents")));
  ExpectTapsMatch(taps, "vae_encode");
}

TEST_P(AutoencoderKLGoldenTest, DecodingMatchesTheReference) {
  Taps taps(Keys(golden_->All("vae_decode", "out.tap.")));
  const at::Tensor latents = golden_->In("vae_decode", "in.latents");
  const at::Tensor image =
      vae_->Decode(latents / vae_->scaling_factor(), &taps);
  EXPECT_TRUE(Matches(image, golden_->Out("vae_decode", "sample")));
  EXPECT_TRUE(Matches(at::clamp(image / 2 + 0.5, 0, 1),
                      golden_->Out("vae_decode", "frames")));
  ExpectTapsMatch(taps, "vae_decode");
}

TEST_P(AutoencoderKLGoldenTest, OldAndNewAttentionNamesAreTheSameNetwork) {
  const std::map<std::string, std::string> new_to_old = {
      {".to_q.", ".query."},
      {".to_k.", ".key."},
      {".to_v.", ".value."},
      {".to_out.0.", ".proj_attn."}};
  StateDict renamed;
  for (const auto& [key, tensor] : golden_->vae()) {
    std::string other = absl::StrReplaceAll(key, new_to_old);
    if (other == key) {
      for (const auto& [present, older] : new_to_old) {
        absl::StrReplaceAll({{older, present}}, &other);
      }
    }
    // Such projections have also been stored as 1x1 convolutions.
    renamed[other] = other != key && tensor.dim() == 2
                         ? tensor.unsqueeze(-1).unsqueeze(-1)
                         : tensor;
  }
  Parameters parameters(renamed);
  const AutoencoderKL other(Scope(parameters), golden_->vae_config());
  EXPECT_EQ(parameters.Verify("vae"), absl::OkStatus());
  const at::Tensor latents = golden_->In("vae_decode", "in.latents");
  EXPECT_TRUE(at::equal(other.Decode(latents), vae_->Decode(latents)));
}

INSTANTIATE_TEST_SUITE_P(Golden, AutoencoderKLGoldenTest,
                         testing::Values("nano", "tiny"),
                         [](const auto& test) { return test.param; });

VaeConfig ThreeLevels() {
  return {.latent_channels = 6,
          .block_out_channels = {8, 16, 8},
          .layers_per_block = 1,
          .norm_num_groups = 4,
          .scaling_factor = 0.5};
}

StateDict ThreeLevelWeights() {
  return RandomWeights(
      [](const Scope& scope) { AutoencoderKL(scope, ThreeLevels()); });
}

TEST(AutoencoderKLTest, FactorFollowsTheNumberOfLevels) {
  Parameters parameters(ThreeLevelWeights());
  const AutoencoderKL vae(Scope(parameters), ThreeLevels());
  EXPECT_EQ(vae.spatial_factor(), 4);
  EXPECT_EQ(vae.scaling_factor(), 0.5);
  const LatentDistribution latents = vae.Encode(RandomTensor({2, 3, 12, 8}));
  EXPECT_EQ(latents.mean.sizes(), at::IntArrayRef({2, 6, 3, 2}));
  EXPECT_EQ(latents.logvar.sizes(), at::IntArrayRef({2, 6, 3, 2}));
  EXPECT_EQ(vae.Decode(latents.mean).sizes(), at::IntArrayRef({2, 3, 12, 8}));
}

TEST(AutoencoderKLTest, LogvarIsClamped) {
  StateDict weights = ThreeLevelWeights();
  at::Tensor bias = at::zeros_like(weights.at("quant_conv.bias"));
  bias.narrow(0, 6, 3).fill_(1e4);
  bias.narrow(0, 9, 3).fill_(-1e4);
  weights["quant_conv.bias"] = bias;
  Parameters parameters(weights);
  const AutoencoderKL vae(Scope(parameters), ThreeLevels());
  const at::Tensor logvar = vae.Encode(RandomTensor({1, 3, 8, 8})).logvar;
  EXPECT_EQ(logvar.max().item<double>(), 20.0);
  EXPECT_EQ(logvar.min().item<double>(), -30.0);
}

TEST(AutoencoderKLTest, GradientsReachEncoderAndDecoder) {
  StateDict weights = ThreeLevelWeights();
  const char* probes[] = {"encoder.conv_in.weight",
                          "decoder.mid_block.attentions.0.to_q.weight"};
  for (const char* key : probes) weights.at(key).requires_grad_(true);
  Parameters parameters(weights);
  const AutoencoderKL vae(Scope(parameters), ThreeLevels());
  vae.Decode(vae.Encode(RandomTensor({1, 3, 8, 8})).mean)
      .square()
      .mean()
      .backward();
  for (const char* key : probes) {
    ASSERT_TRUE(weights.at(key).grad().defined()) << key;
    EXPECT_GT(weights.at(key).grad().abs().sum().item<double>(), 0.0) << key;
  }
}

}  // namespace
}  // namespace animate
