#include "engine/model/pose_guider.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/tensor/frames.h"
#include "tests/support/golden.h"
#include "tests/support/random_weights.h"

namespace animate {
namespace {

class PoseGuiderGoldenTest : public testing::TestWithParam<const char*> {};

TEST_P(PoseGuiderGoldenTest, MatchesTheReference) {
  const std::unique_ptr<Golden> golden = Golden::Open(GetParam());
  if (golden == nullptr) {
    GTEST_SKIP() << "no golden data \"" << GetParam() << "\" here";
  }
  Parameters parameters(golden->pose_guider());
  const PoseGuider pose_guider{Scope(parameters)};
  EXPECT_EQ(parameters.Verify("pose_guider"), absl::OkStatus());
  EXPECT_EQ(pose_guider.spatial_factor(), 8);
  EXPECT_EQ(pose_guider.out_channels(),
            golden->unet_config().block_out_channels[0]);

  std::set<std::string> wanted;
  for (const auto& [name, tensor] : golden->All("pose_guider", "out.tap.")) {
    wanted.insert(name);
  }
  Taps taps(wanted);
  const at::Tensor pose = golden->In("pose_guider", "in.pose");
  EXPECT_TRUE(Matches(pose_guider.Forward(pose, &taps),
                      golden->Out("pose_guider", "output")));
  EXPECT_THAT(taps.Missing(), testing::IsEmpty());
  for (const auto& [name, tensor] : taps.outputs()) {
    EXPECT_TRUE(
        Matches(UnfoldFrames(tensor, pose.size(2)),
                golden->Out("pose_guider", absl::StrCat("tap.", name))));
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, PoseGuiderGoldenTest,
                         testing::Values("nano", "tiny"),
                         [](const auto& test) { return test.param; });

StateDict FourBlocks() {
  return {{"conv_in.weight", RandomTensor({5, 3, 3, 3}, 1)},
          {"conv_in.bias", RandomTensor({5}, 2)},
          {"blocks.0.weight", RandomTensor({5, 5, 3, 3}, 3)},
          {"blocks.0.bias", RandomTensor({5}, 4)},
          {"blocks.1.weight", RandomTensor({7, 5, 3, 3}, 5)},
          {"blocks.1.bias", RandomTensor({7}, 6)},
          {"blocks.2.weight", RandomTensor({7, 7, 3, 3}, 7)},
          {"blocks.2.bias", RandomTensor({7}, 8)},
          {"blocks.3.weight", RandomTensor({9, 7, 3, 3}, 9)},
          {"blocks.3.bias", RandomTensor({9}, 10)},
          {"conv_out.weight", RandomTensor({11, 9, 3, 3}, 11)},
          {"conv_out.bias", RandomTensor({11}, 12)}};
}

TEST(PoseGuiderTest, WidthsAndDepthComeFromTheWeights) {
  Parameters parameters(FourBlocks());
  const PoseGuider pose_guider{Scope(parameters)};
  EXPECT_EQ(parameters.Verify("pose_guider"), absl::OkStatus());
  EXPECT_EQ(pose_guider.out_channels(), 11);
  EXPECT_EQ(pose_guider.spatial_factor(), 4);
  EXPECT_EQ(pose_guider.Forward(RandomTensor({2, 3, 3, 8, 12})).sizes(),
            at::IntArrayRef({2, 11, 3, 2, 3}));
}

TEST(PoseGuiderTest, FramesAreIndependent) {
  Parameters parameters(FourBlocks());
  const PoseGuider pose_guider{Scope(parameters)};
  const at::Tensor pose = RandomTensor({1, 3, 3, 8, 8});
  const at::Tensor all = pose_guider.Forward(pose);
  EXPECT_TRUE(at::allclose(pose_guider.Forward(pose.narrow(2, 1, 1)),
                           all.narrow(2, 1, 1), 1e-4, 1e-4));
}

TEST(PoseGuiderTest, ReportsWeightsThatDoNotChain) {
  StateDict weights = FourBlocks();
  weights["blocks.2.weight"] = RandomTensor({7, 6, 3, 3});
  weights.erase("conv_out.weight");
  Parameters parameters(weights);
  const PoseGuider pose_guider{Scope(parameters)};
  const std::string message(parameters.Verify("pose_guider").message());
  EXPECT_THAT(message, testing::HasSubstr("blocks.2.weight"));
  EXPECT_THAT(message, testing::HasSubstr("conv_out.weight"));
}

StateDict PaperWeights() {
  StateDict weights;
  int64_t in = 3;
  uint64_t seed = 1;
  for (int i = 0; i < 4; ++i) {
    const int64_t out = 4 << i;
    weights[absl::StrCat("blocks.", i, ".weight")] =
        RandomTensor({out, in, 4, 4}, seed++, 0.2);
    weights[absl::StrCat("blocks.", i, ".bias")] = RandomTensor({out}, seed++);
    in = out;
  }
  weights["conv_out.weight"] = RandomTensor({6, in, 1, 1}, seed++);
  weights["conv_out.bias"] = RandomTensor({6}, seed++);
  return weights;
}

TEST(PoseGuiderTest, ThePapersFormIsKnownByItsWeights) {
  Parameters parameters(PaperWeights());
  const PoseGuider pose_guider{Scope(parameters)};
  EXPECT_EQ(parameters.Verify("pose_guider"), absl::OkStatus());
  EXPECT_TRUE(pose_guider.adds_to_latents());
  EXPECT_EQ(pose_guider.out_channels(), 6);
  EXPECT_EQ(pose_guider.spatial_factor(), 8);
  EXPECT_EQ(pose_guider.Forward(RandomTensor({2, 3, 3, 16, 24})).sizes(),
            at::IntArrayRef({2, 6, 3, 2, 3}));

  Parameters public_form(FourBlocks());
  EXPECT_FALSE(PoseGuider{Scope(public_form)}.adds_to_latents());
}

TEST(PoseGuiderTest, ThePapersFormBeginsWithoutInfluence) {
  StateDict weights = PaperWeights();
  weights["conv_out.weight"].zero_();
  weights["conv_out.bias"].zero_();
  Parameters parameters(weights);
  const PoseGuider pose_guider{Scope(parameters)};
  EXPECT_EQ(pose_guider.Forward(RandomTensor({1, 3, 1, 16, 16}))
                .abs()
                .max()
                .item<double>(),
            0);
}

}  // namespace
}  // namespace animate
