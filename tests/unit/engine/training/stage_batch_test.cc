#include "engine/training/stage_batch.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/engine/training/stage_testing.h"

namespace animate {
namespace {

constexpr StageBatchFormat kFormat = {.image_size = 8, .size_multiple = 2};

TEST(StageBatchTest, FramesOfAClipFollowOneAnother) {
  const std::vector<TrainingClip> clips = {StageClip(0, 1, 3),
                                           StageClip(1, 2, 3)};
  const absl::StatusOr<StageBatch> batch =
      MakeStageBatch(clips, kFormat, c10::kCPU);
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(batch->clips, 2);
  EXPECT_EQ(batch->frames, 3);
  EXPECT_EQ(batch->references.sizes(), at::IntArrayRef({2, 3, 16, 16}));
  EXPECT_EQ(batch->pixel_values.sizes(), at::IntArrayRef({2, 3, 8, 8}));
  EXPECT_EQ(batch->targets.sizes(), at::IntArrayRef({6, 3, 16, 16}));
  EXPECT_EQ(batch->poses.sizes(), at::IntArrayRef({2, 3, 3, 16, 16}));
  for (int64_t clip = 0; clip < 2; ++clip) {
    for (int64_t frame = 0; frame < 3; ++frame) {
      const TrainingClip& source = clips[static_cast<size_t>(clip)];
      const RgbImage& target = source.frames[static_cast<size_t>(frame)];
      EXPECT_FLOAT_EQ(batch->targets[clip * 3 + frame][1][5][7].item<float>(),
                      static_cast<float>(target.at(7, 5)[1]) / 127.5f - 1.0f);
      const RgbImage& pose = source.poses[static_cast<size_t>(frame)];
      EXPECT_FLOAT_EQ(batch->poses[clip][1][frame][5][7].item<float>(),
                      static_cast<float>(pose.at(7, 5)[1]) / 255.0f);
    }
  }
}

TEST(StageBatchTest, RefusesClipsThatDoNotFitAndNamesThem) {
  TrainingClip clip = StageClip(4, 1);
  clip.poses.clear();
  absl::Status status = MakeStageBatch({clip}, kFormat, c10::kCPU).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("square 4"), absl::string_view::npos);
  EXPECT_EQ(MakeStageBatch({StageClip(0, 1)},
                           {.image_size = 8, .size_multiple = 32}, c10::kCPU)
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(MakeStageBatch({}, kFormat, c10::kCPU).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace animate
