#include "engine/model/clip_vision.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/golden.h"
#include "tests/support/random_weights.h"

namespace animate {
namespace {

constexpr char kPositionIds[] = "vision_model.embeddings.position_ids";

class ClipVisionGoldenTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    golden_ = Golden::Open(GetParam());
    if (golden_ == nullptr) {
      GTEST_SKIP() << "no golden data \"" << GetParam() << "\" here";
    }
  }
  std::unique_ptr<Golden> golden_;
};

TEST_P(ClipVisionGoldenTest, EmbeddingAndHiddenStatesMatchTheReference) {
  Parameters parameters(golden_->image_encoder());
  const ClipVision clip(Scope(parameters), golden_->clip_config());
  std::set<std::string> wanted;
  for (const auto& [name, tensor] : golden_->All("clip", "out.tap.")) {
    wanted.insert(name);
  }
  Taps taps(wanted);
  const at::Tensor image_embeds =
      clip.Forward(golden_->In("clip", "in.pixel_values"), &taps);
  EXPECT_TRUE(Matches(image_embeds, golden_->Out("clip", "image_embeds")));
  EXPECT_THAT(taps.Missing(), testing::IsEmpty());
  for (const auto& [name, tensor] : taps.outputs()) {
    EXPECT_TRUE(
        Matches(tensor, golden_->Out("clip", absl::StrCat("tap.", name))));
  }
}

TEST_P(ClipVisionGoldenTest, PositionIdsMayBeThereOrNot) {
  StateDict weights = golden_->image_encoder();
  for (const bool present : {true, false}) {
    if (present) {
      weights[kPositionIds] = RandomTensor({1, 5});
    } else {
      weights.erase(kPositionIds);
    }
    Parameters parameters(weights);
    const ClipVision clip(Scope(parameters), golden_->clip_config());
    EXPECT_EQ(parameters.Verify("image_encoder"), absl::OkStatus());
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, ClipVisionGoldenTest,
                         testing::Values("nano", "tiny"),
                         [](const auto& test) { return test.param; });

ClipVisionConfig SmallConfig() {
  return {.hidden_size = 24,
          .intermediate_size = 20,
          .projection_dim = 10,
          .num_hidden_layers = 2,
          .num_attention_heads = 3,
          .image_size = 16,
          .patch_size = 5};
}

TEST(ClipVisionTest, ActivationIsTheConfiguredOne) {
  ClipVisionConfig config = SmallConfig();
  const StateDict weights =
      RandomWeights([&](const Scope& scope) { ClipVision(scope, config); });
  Parameters parameters(weights);
  const at::Tensor pixels = RandomTensor({2, 3, 16, 16});
  const at::Tensor quick =
      ClipVision(Scope(parameters), config).Forward(pixels);
  config.hidden_act = "gelu";
  const at::Tensor exact =
      ClipVision(Scope(parameters), config).Forward(pixels);
  EXPECT_EQ(quick.sizes(), at::IntArrayRef({2, 10}));
  const double rms = DifferenceOf(quick, exact).rms;
  EXPECT_GT(rms, 0.0);
  EXPECT_LT(rms, 0.05);
}

TEST(ClipVisionTest, RefusesImagesOfAnotherSize) {
  Parameters parameters(RandomWeights(
      [](const Scope& scope) { ClipVision(scope, SmallConfig()); }));
  const ClipVision clip(Scope(parameters), SmallConfig());
  EXPECT_THROW(clip.Forward(RandomTensor({1, 3, 16, 20})), c10::Error);
}

}  // namespace
}  // namespace animate
