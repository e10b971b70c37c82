#include "engine/training/stage_weights.h"

#include <gtest/gtest.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <c10/core/GradMode.h>

#include <string>

#include "engine/weights/model_folder.h"
#include "engine/weights/state_dict.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/training/stage_testing.h"

namespace animate {
namespace {

TEST(StageWeightsTest, FoldersHaveTheTypeAskedForAndReplaceEarlierOnes) {
  const TemporaryFolder folder;
  const std::unique_ptr<StageTask> task =
      MakeStageTask(SmallStage(WriteTestVae(folder)));
  const std::string path = folder / "model";
  ASSERT_TRUE(WriteStageModel(path, task->weights(), {}, c10::kFloat).ok());
  ASSERT_TRUE(WriteStageModel(path, task->weights(), {}, c10::kHalf).ok());
  const absl::StatusOr<ModelFolder> found = FindModelFolder(path);
  ASSERT_TRUE(found.ok()) << found.status();
  for (const std::string& file :
       {found->denoising_unet, found->reference_unet, found->motion_module,
        found->pose_guider, found->vae, found->image_encoder}) {
    const absl::StatusOr<StateDict> weights = LoadStateDict(file);
    ASSERT_TRUE(weights.ok()) << weights.status();
    for (const auto& [key, tensor] : *weights) {
      EXPECT_EQ(tensor.scalar_type(), c10::kHalf) << file << ": " << key;
    }
  }
}

TEST(StageWeightsTest, AFolderRemembersThatItsEncoderIsFromScratch) {
  const TemporaryFolder folder;
  const std::unique_ptr<StageTask> task =
      MakeStageTask(SmallStage(WriteTestVae(folder)));
  StageWeights weights = task->weights();
  const std::string path = folder / "model";
  const std::string encoder = path + "/image_encoder/model.safetensors";
  ASSERT_TRUE(WriteStageModel(path, weights, {}, c10::kFloat).ok());
  EXPECT_TRUE(WasMadeFromScratch(encoder));
  weights.new_image_encoder = false;
  ASSERT_TRUE(WriteStageModel(path, weights, {}, c10::kFloat).ok());
  EXPECT_FALSE(WasMadeFromScratch(encoder));
  EXPECT_FALSE(WasMadeFromScratch(folder / "nothing"));
}

TEST(StageWeightsTest, TrainingDoesNotChangeABundle) {
  const TemporaryFolder folder;
  const std::unique_ptr<StageTask> task =
      MakeStageTask(SmallStage(WriteTestVae(folder)));
  const ModelBundle models =
      BundleOf(task->weights(), MotionModules::kPresent, c10::kCPU);
  const at::Tensor pose = at::ones({1, 3, 1, kStageSide, kStageSide});
  const c10::NoGradGuard no_gradients;
  const at::Tensor before = models.pose_guider.Forward(pose);
  for (const auto& [key, tensor] : task->trained()) tensor.zero_();
  EXPECT_TRUE(at::equal(models.pose_guider.Forward(pose), before));
  EXPECT_GT(before.abs().max().item<double>(), 0);
}

}  // namespace
}  // namespace animate
