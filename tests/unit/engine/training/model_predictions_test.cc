#include "engine/training/model_predictions.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>

#include <string>
#include <utility>

#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/training/stage_testing.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

// A model of small networks, not trained; returns its folder.
std::string WriteTestModel(const TemporaryFolder& folder) {
  const std::unique_ptr<StageTask> task =
      MakeStageTask(SmallStage(WriteTestVae(folder)));
  const absl::Status written =
      task->WriteModel(folder / "model", task->trained());
  EXPECT_TRUE(written.ok()) << written;
  return folder / "model";
}

VaePredictions LoadOrFail(const std::string& path) {
  absl::StatusOr<VaePredictions> predictions =
      LoadModelPredictions(path, c10::Device(c10::kCPU));
  EXPECT_TRUE(predictions.ok()) << predictions.status();
  return predictions.ok() ? *predictions : nullptr;
}

TEST(ModelPredictionsTest, PredictsLatentsOfEachFrame) {
  const TemporaryFolder folder;
  const VaePredictions predict = LoadOrFail(WriteTestModel(folder));
  const absl::StatusOr<at::Tensor> latents = predict(StageClip(0, 7, 3));
  ASSERT_TRUE(latents.ok()) << latents.status();
  // The VAE halves its pictures.
  EXPECT_EQ(latents->dim(), 4);
  EXPECT_EQ(latents->size(0), 3);
  EXPECT_EQ(latents->size(2), kStageSide / 2);
  EXPECT_EQ(latents->size(3), kStageSide / 2);
  EXPECT_TRUE(latents->isfinite().all().item<bool>());
  EXPECT_FALSE(latents->requires_grad());
  // Can be part of what a decoder's gradients are computed from.
  EXPECT_FALSE(latents->is_inference());
}

TEST(ModelPredictionsTest, DependsOnTheClipAndItsSeedAlone) {
  const TemporaryFolder folder;
  const VaePredictions predict = LoadOrFail(WriteTestModel(folder));
  const at::Tensor first = *predict(StageClip(0, 7));
  EXPECT_TRUE(at::equal(first, *predict(StageClip(0, 7))));
  EXPECT_FALSE(at::equal(first, *predict(StageClip(0, 8))));
  TrainingClip other = StageClip(0, 7);
  other.reference = StageClip(1, 7).reference;
  EXPECT_FALSE(at::equal(first, *predict(other)));
  other = StageClip(0, 7);
  std::swap(other.poses[0], other.poses[1]);
  EXPECT_FALSE(at::equal(first, *predict(other)));
}

TEST(ModelPredictionsTest, RefusesClipsThatDoNotFit) {
  const TemporaryFolder folder;
  const VaePredictions predict = LoadOrFail(WriteTestModel(folder));
  TrainingClip blind = StageClip(0, 7);
  blind.poses.clear();
  EXPECT_EQ(predict(blind).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ModelPredictionsTest, NamesAModelThatIsMissing) {
  const absl::Status missing =
      LoadModelPredictions("/no/model", c10::Device(c10::kCPU)).status();
  EXPECT_THAT(std::string(missing.message()), HasSubstr("/no/model"));
}

}  // namespace
}  // namespace animate
