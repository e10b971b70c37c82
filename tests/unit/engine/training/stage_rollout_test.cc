// How StageTask shows networks what they themselves have made.
#include <gtest/gtest.h>

#include <ATen/TensorOperators.h>

#include <memory>
#include <string>

#include "engine/training/stage_task.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/training/stage_testing.h"

namespace animate {
namespace {

TEST(StageRolloutTest, RolledOutFramesCountByTheErrorOfTheirLatents) {
  const TemporaryFolder folder;
  StageTaskOptions options = SmallStage(WriteTestVae(folder));
  options.condition_dropout = 0;
  options.diffusion.snr_gamma = 5;
  options.diffusion.rollout = 1;
  const std::unique_ptr<StageTask> task = MakeStageTask(options);
  const absl::StatusOr<TaskLoss> loss =
      task->Loss({StageClip(0, 1), StageClip(1, 2)});
  ASSERT_TRUE(loss.ok()) << loss.status();
  EXPECT_FALSE(loss->details.contains("mse"));
  EXPECT_NEAR(loss->loss.item<double>(), loss->details.at("mse_rollout"), 1e-5);
  // The estimate itself is not learnt from, what is made of it is.
  loss->loss.backward();
  for (const auto& [key, tensor] : task->trained()) {
    ASSERT_TRUE(tensor.grad().defined()) << key;
    EXPECT_GT(tensor.grad().abs().max().item<double>(), 0) << key;
  }
}

// With hardly any noise in the way, a network that knows nothing yet repeats
// what it sees: the truth, or its own estimate with all of its error.
TEST(StageRolloutTest, RolledOutFramesShowTheEstimateFromPureNoise) {
  const TemporaryFolder folder;
  StageTaskOptions options = SmallStage(WriteTestVae(folder));
  options.condition_dropout = 0;
  options.diffusion.noise_schedule.num_train_timesteps = 2;
  options.diffusion.timesteps.high_from = 0;
  options.diffusion.rollout = 1;
  const std::unique_ptr<StageTask> rolled = MakeStageTask(options);
  options.diffusion.timesteps.last = 1;
  const std::unique_ptr<StageTask> pure = MakeStageTask(options);
  int rollouts = 0;
  for (uint64_t seed = 0; seed < 8; ++seed) {
    const TrainingClip clip = StageClip(0, seed, 1);
    const absl::StatusOr<TaskLoss> loss = rolled->Loss({clip});
    ASSERT_TRUE(loss.ok()) << loss.status();
    if (!loss->details.contains("mse_rollout")) continue;
    const double error = StageLoss(*pure, {clip});
    EXPECT_NEAR(loss->details.at("mse_rollout"), error, 0.2 * error);
    ++rollouts;
  }
  EXPECT_GT(rollouts, 0);
}

TEST(StageRolloutTest, PureNoiseIsNotRolledOut) {
  const TemporaryFolder folder;
  StageTaskOptions options = SmallStage(WriteTestVae(folder));
  options.diffusion.timesteps.last = 1;
  const double before = StageLoss(*MakeStageTask(options), {StageClip(0, 1)});
  options.diffusion.rollout = 1;
  const std::unique_ptr<StageTask> task = MakeStageTask(options);
  EXPECT_EQ(StageLoss(*task, {StageClip(0, 1)}), before);
}

// Half of the clips, and of each all frames or none.
TEST(StageRolloutTest, MotionStageRollsOutWholeClips) {
  const TemporaryFolder folder;
  const std::unique_ptr<StageTask> first =
      MakeStageTask(SmallStage(WriteTestVae(folder)));
  const std::string model = folder / "model";
  ASSERT_TRUE(first->WriteModel(model, first->trained()).ok());
  StageTaskOptions options = SmallMotionStage(model);
  options.diffusion.rollout = 0.5;
  const std::unique_ptr<StageTask> task = MakeStageTask(options);
  int rollouts = 0;
  for (uint64_t seed = 0; seed < 12; ++seed) {
    const absl::StatusOr<TaskLoss> loss = task->Loss({StageClip(0, seed, 3)});
    ASSERT_TRUE(loss.ok()) << loss.status();
    const bool rollout = loss->details.contains("mse_rollout");
    EXPECT_NE(rollout, loss->details.contains("mse"));
    rollouts += rollout;
  }
  EXPECT_GT(rollouts, 2);
  EXPECT_LT(rollouts, 10);
}

}  // namespace
}  // namespace animate
