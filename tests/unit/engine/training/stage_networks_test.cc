#include "engine/training/stage_networks.h"

#include <gtest/gtest.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros_like.h>

#include <string>

#include "tests/support/counted_memory.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/training/stage_testing.h"

namespace animate {
namespace {

TEST(StageNetworksTest, TrainedWeightsTakeTheirPlaces) {
  const TemporaryFolder folder;
  const std::unique_ptr<StageTask> task =
      MakeStageTask(SmallStage(WriteTestVae(folder)));
  StateDict trained = task->trained();
  const std::string key = "pose_guider.conv_in.weight";
  trained.at(key) = at::zeros_like(trained.at(key));
  const StageWeights weights = WithTrained(task->weights(), trained);
  EXPECT_TRUE(
      weights.pose_guider.at("conv_in.weight").is_same(trained.at(key)));
  EXPECT_TRUE(
      weights.vae.begin()->second.is_same(task->weights().vae.begin()->second));
}

TEST(StageNetworksTest, AnEncoderThatIsNotToBeTrainedIsNot) {
  const TemporaryFolder folder;
  StageTaskOptions options = SmallStage(WriteTestVae(folder));
  options.train_image_encoder = false;
  const std::unique_ptr<StageTask> task = MakeStageTask(options);
  for (const auto& [key, tensor] : task->trained()) {
    EXPECT_NE(key.substr(0, key.find('.')), "image_encoder");
  }
}

struct Trained {
  StateDict gradients;
  int64_t bytes_for_gradient = 0;
  double loss = 0;
};

Trained TrainOnce(const StageTaskOptions& options,
                  const std::vector<TrainingClip>& clips) {
  const std::unique_ptr<StageTask> task = MakeStageTask(options);
  Trained result;
  {
    const CountedMemory memory;
    absl::StatusOr<TaskLoss> loss = task->Loss(clips);
    EXPECT_TRUE(loss.ok()) << loss.status();
    result.bytes_for_gradient = memory.live();
    result.loss = loss->loss.item<double>();
    loss->loss.backward();
  }
  for (const auto& [key, tensor] : task->trained()) {
    result.gradients[key] = tensor.grad().clone();
  }
  return result;
}

void ExpectTheSameForLessMemory(StageTaskOptions options, int frames) {
  options.condition_dropout = 0.5;
  // Of these seeds one is dropped.
  const std::vector<TrainingClip> clips = {StageClip(0, 1, frames),
                                           StageClip(1, 2, frames),
                                           StageClip(2, 4, frames)};
  const Trained plain = TrainOnce(options, clips);
  options.gradient_checkpointing = true;
  const Trained recomputed = TrainOnce(options, clips);
  EXPECT_NEAR(recomputed.loss, plain.loss, 1e-5);
  for (const auto& [key, gradient] : plain.gradients) {
    EXPECT_TRUE(
        at::allclose(recomputed.gradients.at(key), gradient, 1e-4, 1e-6))
        << key;
  }
  EXPECT_LT(3 * recomputed.bytes_for_gradient, 2 * plain.bytes_for_gradient);
}

TEST(StageNetworksTest, ImageStageNeedsLessMemoryWithCheckpointing) {
  const TemporaryFolder folder;
  ExpectTheSameForLessMemory(SmallStage(WriteTestVae(folder)), 2);
}

TEST(StageNetworksTest, MotionStageNeedsLessMemoryWithCheckpointing) {
  const TemporaryFolder folder;
  const std::unique_ptr<StageTask> images =
      MakeStageTask(SmallStage(WriteTestVae(folder)));
  FitOneClip(*images, StageClip(0, 0), 1, 1e-3);
  const std::string model = folder / "model";
  ASSERT_TRUE(images->WriteModel(model, images->trained()).ok());
  ExpectTheSameForLessMemory(SmallMotionStage(model), 3);
}

}  // namespace
}  // namespace animate
