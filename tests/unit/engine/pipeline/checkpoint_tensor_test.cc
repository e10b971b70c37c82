#include "engine/pipeline/checkpoint_tensor.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "engine/base/error.h"

namespace animate {
namespace {

constexpr CheckpointShape kWanted = {
    .num_steps = 4, .num_frames = 3, .channels = 4, .height = 2, .width = 5};

AnimationResumption Fitting() {
  return {.checkpoint = MakeCheckpoint(at::randn({1, 4, 3, 2, 5}), 2, 1),
          .first_frame = 1};
}

TEST(CheckpointTensorTest, LatentsComeBackToTheBit) {
  const at::Tensor latents = at::randn({1, 4, 3, 2, 5});
  const AnimationCheckpoint checkpoint =
      MakeCheckpoint(latents.transpose(3, 4), 2, 3);
  EXPECT_EQ(checkpoint.step, 2);
  EXPECT_EQ(checkpoint.windows_per_batch, 3);
  EXPECT_EQ(checkpoint.shape, (std::array<int64_t, 5>{1, 4, 3, 5, 2}));
  EXPECT_TRUE(
      at::equal(CheckpointLatents(checkpoint), latents.transpose(3, 4)));
}

TEST(CheckpointTensorTest, AcceptsWhatFits) {
  EXPECT_TRUE(CheckResumption(Fitting(), kWanted).ok());
  AnimationResumption done = Fitting();
  done.checkpoint.step = 4;
  done.first_frame = 3;
  EXPECT_TRUE(CheckResumption(done, kWanted).ok());
}

TEST(CheckpointTensorTest, RefusesWhatDoesNotFit) {
  using Change = std::function<void(AnimationResumption&)>;
  const Change changes[] = {
      [](auto& r) { r.checkpoint.shape[2] = 4; },
      [](auto& r) { r.checkpoint.latents.pop_back(); },
      [](auto& r) { r.checkpoint.latents.push_back(0); },
      [](auto& r) {
        r.checkpoint.latents[5] = std::numeric_limits<float>::quiet_NaN();
      },
      [](auto& r) {
        r.checkpoint.latents[5] = std::numeric_limits<float>::infinity();
      },
      [](auto& r) { r.checkpoint.step = 0; },
      [](auto& r) { r.checkpoint.step = 5; },
      [](auto& r) { r.checkpoint.windows_per_batch = 0; },
      [](auto& r) { r.first_frame = -1; },
      [](auto& r) { r.first_frame = 4; },
  };
  for (const Change& change : changes) {
    AnimationResumption resume = Fitting();
    change(resume);
    const absl::Status status = CheckResumption(resume, kWanted);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(GetErrorReason(status), "BAD_CHECKPOINT") << status;
  }
}

}  // namespace
}  // namespace animate
