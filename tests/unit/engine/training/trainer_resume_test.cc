// Runs that are interrupted, by a request or by SIGKILL, and continued.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "engine/base/error.h"
#include "engine/training/trainer.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/training/child_test.h"
#include "tests/unit/engine/training/training_testing.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kKilledSteps = 30;

TrainerOptions Settings(int64_t steps) {
  TrainerOptions options;
  options.steps = steps;
  options.batch_size = 3;
  options.learning_rate = {.peak = 0.02,
                           .warmup_steps = 3,
                           .curve = LearningRateCurve::kCosine,
                           .floor = 0.001};
  options.checkpoint_steps = 1;
  options.checkpoint_seconds = 0.0;
  options.sheet_steps = 0;
  options.prefetch_threads = 2;
  return options;
}

struct Leg {
  std::vector<double> losses;
  std::string weights;
  std::string average;
  absl::Status status;
};

// Trains with new networks, from the newest checkpoint if there is one, until
// the options say, or `stop_at`.
Leg TrainLeg(const TrainerOptions& options, const std::string& folder,
             std::optional<int64_t> stop_at = std::nullopt) {
  SmallTask task;
  const SmallClips clips;
  StepRecorder observer;
  CancellationToken cancel;
  observer.on_step = [&](const TrainingProgress& progress) {
    if (progress.step + 1 == stop_at) {
      cancel.Cancel(absl::CancelledError("leg"));
    }
  };
  Trainer::Parts parts;
  parts.task = &task;
  parts.dataset = &clips;
  parts.checkpoint_folder = folder;
  auto trainer = Trainer::Create(options, parts);
  if (!trainer.ok()) return {.status = trainer.status()};
  const auto resumed = (*trainer)->Resume();
  if (!resumed.ok() && !absl::IsNotFound(resumed.status())) {
    return {.status = resumed.status()};
  }
  const absl::Status status = (*trainer)->Run(observer, cancel);
  return {.losses = observer.losses(),
          .weights = BytesOf(task.trained()),
          .average = BytesOf((*trainer)->average()),
          .status = status};
}

TEST(TrainerResume, ContinuesBitForBit) {
  struct Variant {
    TrainingPrecision precision = TrainingPrecision::kFloat32;
    OptimizerKind optimizer = OptimizerKind::kAdamW;
  };
  for (const Variant& variant :
       {Variant{}, Variant{.precision = TrainingPrecision::kFloat16},
        Variant{.optimizer = OptimizerKind::kMuon}}) {
    TrainerOptions options = Settings(20);
    options.precision = variant.precision;
    options.optimizer.kind = variant.optimizer;
    const TemporaryFolder whole_folder;
    const TemporaryFolder split_folder;
    const Leg whole = TrainLeg(options, whole_folder.path());
    const Leg first = TrainLeg(options, split_folder.path(), 10);
    EXPECT_TRUE(absl::IsCancelled(first.status)) << first.status;
    const Leg second = TrainLeg(options, split_folder.path());
    ASSERT_TRUE(second.status.ok()) << second.status;
    std::vector<double> losses = first.losses;
    ASSERT_EQ(losses.size(), 10u);
    losses.insert(losses.end(), second.losses.begin(), second.losses.end());
    EXPECT_EQ(losses, whole.losses);
    EXPECT_EQ(second.weights, whole.weights);
    EXPECT_EQ(second.average, whole.average);
  }
}

TEST(TrainerResume, FinishedRunHasNothingToDo) {
  const TemporaryFolder folder;
  const Leg first = TrainLeg(Settings(5), folder.path());
  const Leg second = TrainLeg(Settings(5), folder.path());
  EXPECT_TRUE(second.status.ok());
  EXPECT_TRUE(second.losses.empty());
  EXPECT_EQ(second.weights, first.weights);
}

TEST(TrainerResume, RunCanBeMadeLonger) {
  const TemporaryFolder folder;
  ASSERT_TRUE(TrainLeg(Settings(5), folder.path()).status.ok());
  const Leg longer = TrainLeg(Settings(8), folder.path());
  EXPECT_TRUE(longer.status.ok());
  EXPECT_EQ(longer.losses.size(), 3u);
}

TEST(TrainerResume, RefusesOtherSettingsAndNamesThem) {
  const TemporaryFolder folder;
  ASSERT_TRUE(TrainLeg(Settings(5), folder.path()).status.ok());
  TrainerOptions other = Settings(8);
  other.batch_size = 4;
  other.fingerprint = "another network";
  const absl::Status status = TrainLeg(other, folder.path()).status;
  EXPECT_EQ(GetErrorReason(status), "SETTINGS_CHANGED");
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("batch_size was 3, is 4"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("another network"));
  other.accept_changed_settings = true;
  EXPECT_TRUE(TrainLeg(other, folder.path()).status.ok());
}

TEST(TrainerResume, TakesTheOneBeforeABrokenCheckpoint) {
  const TemporaryFolder whole_folder;
  const TemporaryFolder folder;
  const Leg whole = TrainLeg(Settings(8), whole_folder.path());
  TrainLeg(Settings(8), folder.path(), 5);
  std::filesystem::resize_file(folder / "step-0000000005/optimizer.safetensors",
                               100);
  const Leg second = TrainLeg(Settings(8), folder.path());
  ASSERT_TRUE(second.status.ok()) << second.status;
  EXPECT_EQ(second.losses.size(), 4u);
  EXPECT_EQ(second.weights, whole.weights);
}

// What the processes that are killed do: not a test by itself.
TEST(TrainerResume, DISABLED_ChildThatTrains) {
  SmallTask task;
  const SmallClips clips;
  StepRecorder observer;
  observer.on_step = [](const TrainingProgress&) { ChildTest::Signal(); };
  const CancellationToken cancel;
  Trainer::Parts parts;
  parts.task = &task;
  parts.dataset = &clips;
  parts.checkpoint_folder = ChildTest::Argument();
  auto trainer = Trainer::Create(Settings(kKilledSteps), parts);
  ASSERT_TRUE(trainer.ok());
  const auto resumed = (*trainer)->Resume();
  ASSERT_TRUE(resumed.ok() || absl::IsNotFound(resumed.status()))
      << resumed.status();
  ASSERT_TRUE((*trainer)->Run(observer, cancel).ok());
}

TEST(TrainerResume, KilledAnywhereEndsWithTheSameBytes) {
  const TemporaryFolder whole_folder;
  const TemporaryFolder folder;
  const Leg whole = TrainLeg(Settings(kKilledSteps), whole_folder.path());
  ASSERT_TRUE(whole.status.ok());
  constexpr char kKilledChild[] = "TrainerResume.DISABLED_ChildThatTrains";
  // Each is killed some steps after it began, wherever it is then: most often
  // while it saves.
  for (const int steps : {1, 5, 3, 7, 2}) {
    ChildTest child(kKilledChild, folder.path());
    ASSERT_TRUE(child.WaitForSignals(steps));
    child.Kill();
    EXPECT_FALSE(child.Passed());
  }
  ASSERT_TRUE(ChildTest(kKilledChild, folder.path()).Passed());
  const Leg end = TrainLeg(Settings(kKilledSteps), folder.path());
  EXPECT_TRUE(end.status.ok()) << end.status;
  EXPECT_TRUE(end.losses.empty());
  EXPECT_EQ(end.weights, whole.weights);
  EXPECT_EQ(end.average, whole.average);
}

}  // namespace
}  // namespace animate
