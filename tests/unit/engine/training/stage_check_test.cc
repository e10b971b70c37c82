#include "engine/training/stage_check.h"

#include <gtest/gtest.h>

#include <c10/util/Exception.h>

#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/training/stage_testing.h"

namespace animate {
namespace {

TEST(StageCheckTest, MeasuresCopiesAndPredictions) {
  const TemporaryFolder folder;
  const std::unique_ptr<StageTask> task =
      MakeStageTask(SmallStage(WriteTestVae(folder)));
  const ModelBundle models =
      BundleOf(task->weights(), MotionModules::kNone, c10::kCPU);
  const DiffusionObjective objective = *DiffusionObjective::Create({});
  const StageBatchFormat format = {.image_size = 16, .size_multiple = 2};

  // Frames like their references: copying has no error.
  std::vector<TrainingClip> clips = {StageClip(0, 1), StageClip(3, 2)};
  for (TrainingClip& clip : clips) {
    for (RgbImage& frame : clip.frames) frame = clip.reference;
  }
  const StageBatch still = *MakeStageBatch(clips, format, c10::kCPU);
  ReferenceCheck check = CheckReference(models, objective, still);
  EXPECT_LT(check.copied, 1e-6);
  // Two characters, of which each has the other's reference once.
  EXPECT_GT(check.right, 0.1);
  EXPECT_NE(check.right, check.shuffled);

  const StageBatch moving =
      *MakeStageBatch({StageClip(0, 1), StageClip(3, 2)}, format, c10::kCPU);
  EXPECT_GT(CheckReference(models, objective, moving).copied, 0.01);

  const StageBatch one = *MakeStageBatch({StageClip(0, 1)}, format, c10::kCPU);
  EXPECT_THROW(CheckReference(models, objective, one), c10::Error);
}

}  // namespace
}  // namespace animate
