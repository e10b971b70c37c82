#include "engine/training/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>

#include "engine/base/error.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/training/training_testing.h"

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;

TrainerOptions Quick(int64_t steps) {
  TrainerOptions options;
  options.steps = steps;
  options.batch_size = 2;
  options.learning_rate.peak = 0.05;
  options.checkpoint_steps = 0;
  options.checkpoint_seconds = 0.0;
  options.sheet_steps = 0;
  return options;
}

// Trains, with everything a test may want to look at afterwards.
struct TrialRun {
  explicit TrialRun(const TrainerOptions& run_options,
                    const std::string& folder = "")
      : options(run_options) {
    parts.task = &task;
    parts.dataset = &clips;
    parts.clock = &clock;
    parts.checkpoint_folder = folder;
  }

  absl::Status Run() {
    auto created = Trainer::Create(options, parts);
    if (!created.ok()) return created.status();
    trainer = *std::move(created);
    return trainer->Run(observer, cancel);
  }

  TrainerOptions options;
  FakeClock clock;
  SmallTask task;
  SmallClips clips;
  StepRecorder observer;
  CancellationToken cancel;
  Trainer::Parts parts;
  std::unique_ptr<Trainer> trainer;
};

TEST(Trainer, ReducesTheLoss) {
  TrialRun run(Quick(60));
  run.clips.repeat = 4;
  ASSERT_TRUE(run.Run().ok());
  ASSERT_THAT(run.observer.steps, SizeIs(60));
  EXPECT_LT(run.observer.steps.back().loss,
            0.1 * run.observer.steps.front().loss);
  EXPECT_EQ(run.trainer->step(), 60);
}

TEST(Trainer, SeesEverySampleOnceAndInOrder) {
  TrainerOptions options = Quick(2);
  options.accumulation_steps = 2;
  options.prefetch_threads = 3;
  TrialRun run(options);
  ASSERT_TRUE(run.Run().ok());
  EXPECT_THAT(run.task.batches,
              ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3),
                          ElementsAre(4, 5), ElementsAre(6, 7)));
}

TEST(Trainer, AccumulatedBatchesEqualOneLargeBatch) {
  TrainerOptions accumulating = Quick(5);
  accumulating.accumulation_steps = 4;
  TrainerOptions large = Quick(5);
  large.batch_size = 8;
  TrialRun one(accumulating);
  TrialRun other(large);
  ASSERT_TRUE(one.Run().ok());
  ASSERT_TRUE(other.Run().ok());
  for (const auto& [key, weight] : one.task.trained()) {
    EXPECT_TRUE(weight.allclose(other.task.trained().at(key), 1e-5, 1e-6))
        << key;
  }
  EXPECT_NEAR(one.observer.steps[4].loss, other.observer.steps[4].loss, 1e-6);
}

TEST(Trainer, ReportsEachStep) {
  TrainerOptions options = Quick(3);
  options.learning_rate.warmup_steps = 2;
  TrialRun run(options);
  run.task.factor = [&](const auto&) {
    run.clock.Advance(absl::Seconds(2));
    return 1.0;
  };
  ASSERT_TRUE(run.Run().ok());
  const TrainingProgress& first = run.observer.steps.at(0);
  EXPECT_EQ(first.step, 1);
  EXPECT_EQ(first.total_steps, 3);
  EXPECT_DOUBLE_EQ(first.learning_rate, 0.025);
  EXPECT_GT(first.gradient_norm, 0.0);
  EXPECT_DOUBLE_EQ(first.details.at("unscaled"), first.loss);
  EXPECT_EQ(first.images, 4);
  EXPECT_DOUBLE_EQ(first.seconds, 2.0);
  EXPECT_DOUBLE_EQ(first.images_per_second, 2.0);
  EXPECT_FALSE(first.skipped);
  EXPECT_EQ(run.observer.steps.at(2).step, 3);
}

TEST(Trainer, ClipsGradientsToTheNorm) {
  TrialRun plain(Quick(1));
  TrainerOptions options = Quick(1);
  // With such an epsilon the step is proportional to the gradient.
  options.optimizer.adamw = {.eps = 1e6, .weight_decay = 0.0};
  options.learning_rate.peak = 1e6;
  options.max_gradient_norm = 0.0;
  TrialRun unclipped(options);
  options.max_gradient_norm = 0.01;
  TrialRun clipped(options);
  ASSERT_TRUE(unclipped.Run().ok());
  ASSERT_TRUE(clipped.Run().ok());
  const double norm = unclipped.observer.steps[0].gradient_norm;
  ASSERT_GT(norm, 0.02);
  EXPECT_DOUBLE_EQ(clipped.observer.steps[0].gradient_norm, norm);
  const auto moved = [&](const TrialRun& run) {
    return (run.task.trained().at("first.bias") -
            plain.task.trained().at("first.bias"))
        .norm()
        .item<double>();
  };
  EXPECT_NEAR(moved(clipped) / moved(unclipped), 0.01 / norm, 1e-3);
}

TEST(Trainer, AveragesTheWeights) {
  TrialRun run(Quick(20));
  const std::string before = BytesOf(run.task.trained());
  ASSERT_TRUE(run.Run().ok());
  EXPECT_NE(BytesOf(run.trainer->average()), before);
  EXPECT_NE(BytesOf(run.trainer->average()), BytesOf(run.task.trained()));
  TrainerOptions without = Quick(20);
  without.ema_decay = 0.0;
  TrialRun last(without);
  ASSERT_TRUE(last.Run().ok());
  EXPECT_EQ(BytesOf(last.trainer->average()), BytesOf(last.task.trained()));
}

TEST(Trainer, AsksForSheetsAndModelsWhenDue) {
  TrainerOptions options = Quick(10);
  options.sheet_steps = 4;
  options.model_steps = 5;
  TrialRun run(options);
  ASSERT_TRUE(run.Run().ok());
  EXPECT_THAT(run.observer.sheets, ElementsAre(4, 8));
  EXPECT_THAT(run.observer.models, ElementsAre(5, 10));
}

TEST(Trainer, SavesAfterSoManySteps) {
  const TemporaryFolder folder;
  TrainerOptions options = Quick(10);
  options.checkpoint_steps = 4;
  TrialRun run(options, folder / "checkpoints");
  ASSERT_TRUE(run.Run().ok());
  EXPECT_THAT(run.observer.checkpoints, ElementsAre(Key(4), Key(8), Key(10)));
}

TEST(Trainer, SavesAfterSoMuchTime) {
  const TemporaryFolder folder;
  TrainerOptions options = Quick(10);
  options.checkpoint_seconds = 30.0;
  TrialRun run(options, folder.path());
  run.observer.on_step = [&](const auto&) {
    run.clock.Advance(absl::Seconds(10));
  };
  ASSERT_TRUE(run.Run().ok());
  EXPECT_THAT(run.observer.checkpoints,
              ElementsAre(Key(3), Key(6), Key(9), Key(10)));
}

TEST(Trainer, GoesOnWhenACheckpointCannotBeSaved) {
  const TemporaryFolder folder;
  TrainerOptions options = Quick(6);
  options.checkpoint_steps = 2;
  TrialRun run(options, folder / "checkpoints");
  std::string blocker;
  run.observer.on_step = [&](const TrainingProgress& progress) {
    // A file stands where the folder should be until the third step.
    if (progress.step == 1) blocker = folder.Write("checkpoints", "");
    if (progress.step == 3) std::filesystem::remove(blocker);
  };
  ASSERT_TRUE(run.Run().ok());
  EXPECT_THAT(run.observer.failures, ElementsAre(Key(2)));
  EXPECT_THAT(run.observer.checkpoints, ElementsAre(Key(4), Key(6)));
}

TEST(Trainer, CancelledFinishesTheStepSavesAndReturns) {
  const TemporaryFolder folder;
  TrialRun run(Quick(10), folder.path());
  run.task.factor = [&](const auto&) {
    if (run.task.batches.size() == 3) {
      run.cancel.Cancel(absl::CancelledError("enough"));
    }
    return 1.0;
  };
  const absl::Status status = run.Run();
  EXPECT_EQ(status, absl::CancelledError("enough"));
  EXPECT_EQ(run.trainer->step(), 3);
  EXPECT_THAT(run.observer.checkpoints, ElementsAre(Key(3)));
}

TEST(Trainer, StopsAtALossThatIsNoNumber) {
  const TemporaryFolder folder;
  TrainerOptions options = Quick(10);
  options.checkpoint_steps = 2;
  TrialRun run(options, folder.path());
  run.task.factor = [&](const auto& batch) {
    return batch[1].index == 7 ? std::nan("") : 1.0;
  };
  const absl::Status status = run.Run();
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(GetErrorReason(status), "LOSS_NOT_FINITE");
  const std::string message(status.message());
  EXPECT_THAT(message, HasSubstr("step 4"));
  EXPECT_THAT(message, HasSubstr("clip 6, clip 7"));
  EXPECT_THAT(message, HasSubstr(run.observer.checkpoints.at(2)));
  EXPECT_THAT(run.observer.checkpoints, ElementsAre(Key(2)));
}

TEST(Trainer, StopsAtGradientsThatAreInfinite) {
  TrialRun run(Quick(10));
  // The loss is below the largest float, its gradients are above.
  run.task.factor = [](const auto&) { return 1e38; };
  EXPECT_EQ(GetErrorReason(run.Run()), "LOSS_NOT_FINITE");
}

TEST(Trainer, ReturnsTheErrorOfTheDataset) {
  TrialRun run(Quick(10));
  run.clips.end = 5;
  EXPECT_EQ(run.Run().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(run.trainer->step(), 2);
}

TEST(Trainer, TurnsExceptionsOfLibTorchIntoStatuses) {
  TrialRun run(Quick(2));
  run.task.factor = [](const auto&) -> double {
    return at::ones({2}).item<double>();
  };
  EXPECT_EQ(run.Run().code(), absl::StatusCode::kInternal);
}

TEST(Trainer, RefusesOptionsOutOfRange) {
  TrialRun run(Quick(0));
  EXPECT_EQ(run.Run().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Trainer, RefusesAFolderWithAnotherRun) {
  const TemporaryFolder folder;
  TrialRun first(Quick(2), folder.path());
  ASSERT_TRUE(first.Run().ok());
  TrialRun second(Quick(2), folder.path());
  EXPECT_EQ(GetErrorReason(second.Run()), "RUN_EXISTS");
}

TEST(Trainer, TrainsInSixteenBits) {
  for (const TrainingPrecision precision :
       {TrainingPrecision::kBfloat16, TrainingPrecision::kFloat16}) {
    TrainerOptions options = Quick(60);
    options.precision = precision;
    TrialRun run(options);
    run.clips.repeat = 4;
    ASSERT_TRUE(run.Run().ok()) << PrecisionName(precision);
    EXPECT_LT(run.observer.steps.back().loss,
              0.2 * run.observer.steps.front().loss)
        << PrecisionName(precision);
  }
}

TEST(Trainer, SkipsStepsThatOverflowInFloat16) {
  TrainerOptions options = Quick(4);
  options.precision = TrainingPrecision::kFloat16;
  options.loss_scaler.initial_scale = 1024.0;
  TrialRun run(options);
  const std::string before = BytesOf(run.task.trained());
  bool unchanged = false;
  run.task.factor = [](const auto& batch) {
    // With the scale of 1024 the gradients leave even float32.
    return batch[0].index == 0 ? 1e36 : 1.0;
  };
  run.observer.on_step = [&](const TrainingProgress& progress) {
    if (progress.step == 1) unchanged = BytesOf(run.task.trained()) == before;
  };
  ASSERT_TRUE(run.Run().ok());
  EXPECT_TRUE(run.observer.steps[0].skipped);
  EXPECT_TRUE(unchanged);
  EXPECT_FALSE(run.observer.steps[1].skipped);
  EXPECT_EQ(run.observer.steps[1].loss_scale, 512.0);
  EXPECT_NE(BytesOf(run.task.trained()), before);
}

}  // namespace
}  // namespace animate
