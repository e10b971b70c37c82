#include "engine/training/stage_sheet.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/training/stage_testing.h"

namespace animate {
namespace {

RgbImage Plain(int width, int height, uint8_t value) {
  RgbImage image(width, height);
  std::fill(image.pixels.begin(), image.pixels.end(), value);
  return image;
}

TEST(StageSheetTest, PicturesStandInRowsOnWhite) {
  const RgbImage sheet =
      LayOut({{Plain(2, 3, 10), Plain(2, 3, 20)}, {Plain(2, 3, 30)}}, 1);
  EXPECT_EQ(sheet.width, 7);
  EXPECT_EQ(sheet.height, 9);
  EXPECT_EQ(*sheet.at(0, 0), 255);
  EXPECT_EQ(*sheet.at(1, 1), 10);
  EXPECT_EQ(*sheet.at(3, 1), 255);
  EXPECT_EQ(*sheet.at(4, 3), 20);
  EXPECT_EQ(*sheet.at(1, 5), 30);
  EXPECT_EQ(*sheet.at(4, 5), 255);
}

TEST(StageSheetTest, ShowsAsManyFramesAsAskedFor) {
  const TemporaryFolder folder;
  const std::unique_ptr<StageTask> task =
      MakeStageTask(SmallStage(WriteTestVae(folder)));
  const ModelBundle models =
      BundleOf(task->weights(), MotionModules::kNone, c10::kCPU);
  const TrainingClip clip = StageClip(0, 1, 3);
  const absl::StatusOr<RgbImage> sheet =
      DrawStageSheet(models, {clip}, {.steps = 1, .max_frames = 2});
  ASSERT_TRUE(sheet.ok()) << sheet.status();
  EXPECT_EQ(sheet->width, 7 * (kStageSide + 2) + 2);
  // Reference first, then the skeleton; last of the three the truth.
  EXPECT_EQ(*sheet->at(2, 2), *clip.reference.at(0, 0));
  const int truth = 2 + 3 * (kStageSide + 2);
  EXPECT_EQ(*sheet->at(truth + 6, 8), *clip.frames[0].at(6, 6));
  EXPECT_FALSE(DrawStageSheet(models, {}, {}).ok());
}

}  // namespace
}  // namespace animate
