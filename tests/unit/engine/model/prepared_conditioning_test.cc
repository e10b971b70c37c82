#include "engine/model/prepared_conditioning.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "tests/support/op_counts.h"
#include "tests/unit/engine/model/shortcut_networks.h"

namespace animate {
namespace {

TEST(PreparedConditioningTest, HoldsWhatBlocksNeedAndNotTheFeatures) {
  const Networks networks{ExactShortcuts{}};
  const ReferenceFeatures features = Features(networks, 6, 5);
  const PreparedConditioning prepared =
      networks.denoising.Prepare(Guided(features));
  EXPECT_TRUE(prepared.reference.empty());
  ASSERT_EQ(prepared.blocks.size(),
            networks.denoising.transformer_blocks().size());
  for (const auto& [path, block] : prepared.blocks) {
    EXPECT_EQ(block.cross_attention.size(0), 2) << path;
    EXPECT_EQ(block.reference_k.sizes(), features.Find(path).sizes()) << path;
  }
}

TEST(PreparedConditioningTest, StepsProjectNoReferenceAndNoContext) {
  const Networks networks{ExactShortcuts{}};
  const Networks plain(ExactShortcuts::None());
  const auto linears = [](const Networks& n) {
    const ReferenceFeatures features = Features(n, 6, 5);
    const PreparedConditioning conditioning =
        n.denoising.Prepare(Guided(features));
    const PreparedTimestep time = n.denoising.PrepareTimesteps({5}).front();
    return OpCounts([&] {
      n.denoising.ForwardWindows(
          conditioning, time,
          n.denoising.ForwardFrames(conditioning, time, Frames(1, 6, 5)), 1);
    })["aten::linear"];
  };
  // Per spatial block: proj_in, one projection, the middle of the feed-forward;
  // per motion module: proj_in, two projections, the middle.
  EXPECT_EQ(linears(networks), 16 * 3 + 21 * 4);
  EXPECT_GT(linears(plain), 2 * linears(networks));
}

TEST(FrameFeaturesTest, RowsAreOneUntilConditionsEnter) {
  const Networks networks{ExactShortcuts{}};
  const ReferenceFeatures features = Features(networks, 6, 5);
  const PreparedConditioning conditioning =
      networks.denoising.Prepare(Guided(features));
  const PreparedTimestep time =
      networks.denoising.PrepareTimesteps({5}).front();
  const FrameFeatures front =
      networks.denoising.ForwardFrames(conditioning, time, Frames(3, 6, 5));
  EXPECT_EQ(front.skip.sizes(), at::IntArrayRef({1, 3, 32, 6, 5}));
  EXPECT_EQ(front.hidden.sizes(), at::IntArrayRef({2, 3, 32, 6, 5}));
}

TEST(FrameFeaturesTest, OverlappingWindowsShareTheirFrames) {
  const Networks networks{ExactShortcuts{}};
  const ReferenceFeatures features = Features(networks, 6, 5);
  const PreparedConditioning conditioning =
      networks.denoising.Prepare(Guided(features));
  const PreparedTimestep time =
      networks.denoising.PrepareTimesteps({5}).front();
  const FrameInputs clip = Frames(6, 6, 5);
  const FrameFeatures shared = FrameFeatures::Join(
      {networks.denoising.ForwardFrames(
           conditioning, time,
           {.latents = clip.latents.narrow(2, 0, 2),
            .pose_features = clip.pose_features.narrow(2, 0, 2)}),
       networks.denoising.ForwardFrames(
           conditioning, time,
           {.latents = clip.latents.narrow(2, 2, 4),
            .pose_features = clip.pose_features.narrow(2, 2, 4)})});
  // The last one wraps around.
  const std::vector<std::vector<int64_t>> windows = {
      {0, 1, 2, 3}, {2, 3, 4, 5}, {4, 5, 0, 1}};
  std::vector<FrameFeatures> selected;
  std::vector<at::Tensor> alone;
  for (const std::vector<int64_t>& window : windows) {
    const at::Tensor indices = at::tensor(window);
    alone.push_back(networks.denoising.ForwardWindows(
        conditioning, time,
        networks.denoising.ForwardFrames(
            conditioning, time,
            {.latents = clip.latents.index_select(2, indices),
             .pose_features = clip.pose_features.index_select(2, indices)}),
        4));
    selected.push_back(shared.Select(window));
    EXPECT_TRUE(Close(networks.denoising.ForwardWindows(conditioning, time,
                                                        selected.back(), 4),
                      alone.back()));
  }
  // And all in one batch.
  EXPECT_TRUE(Close(networks.denoising.ForwardWindows(
                        conditioning, time, FrameFeatures::Join(selected), 4),
                    at::cat(alone, 2)));
}

}  // namespace
}  // namespace animate
