#include "server/queue/cost_model.h"

#include <gtest/gtest.h>

#include "server/queue/progress_meter.h"
#include "tests/support/job_specs.h"

namespace animate {
namespace {

double Seconds(absl::Duration duration) {
  return absl::ToDoubleSeconds(duration);
}

CostModel Measured(const AnimationSpec& spec) {
  CostModel costs;
  costs.ObservePreparation(spec, absl::Seconds(5));
  costs.ObserveStep(spec, absl::Seconds(2));
  costs.ObserveFrame(spec, absl::Seconds(1));
  return costs;
}

TEST(CostModelTest, AddsUpWhatWasMeasured) {
  const AnimationSpec spec = SmallAnimationSpec({.num_frames = 4, .steps = 10});
  const CostModel costs = Measured(spec);
  EXPECT_NEAR(Seconds(costs.PredictTotal(spec)), 5 + 10 * 2 + 4 * 1, 1e-6);
}

TEST(CostModelTest, ScalesWithSizeStepsAndGuidance) {
  const AnimationSpec spec = SmallAnimationSpec({.num_frames = 4, .steps = 10});
  const CostModel costs = Measured(spec);
  EXPECT_NEAR(Seconds(costs.PredictTotal(SmallAnimationSpec(
                  {.width = 128, .num_frames = 4, .steps = 10}))),
              2 * (5 + 10 * 2 + 4 * 1), 1e-6);
  EXPECT_NEAR(Seconds(costs.PredictTotal(
                  SmallAnimationSpec({.num_frames = 4, .steps = 20}))),
              5 + 20 * 2 + 4 * 1, 1e-6);
  EXPECT_NEAR(Seconds(costs.PredictTotal(SmallAnimationSpec(
                  {.num_frames = 4, .steps = 10, .guidance_scale = 3.5}))),
              5 + 10 * 4 + 4 * 1, 1e-6);
}

TEST(CostModelTest, RemainingShrinksWithProgress) {
  const AnimationSpec spec = SmallAnimationSpec({.num_frames = 4, .steps = 10});
  const CostModel costs = Measured(spec);
  EXPECT_NEAR(Seconds(costs.PredictRemaining(
                  spec, {.stage = JobStage::kDenoising, .step = 7})),
              3 * 2 + 4 * 1, 1e-6);
  EXPECT_NEAR(
      Seconds(costs.PredictRemaining(
          spec, {.stage = JobStage::kDecoding, .step = 10, .frames_done = 3})),
      1, 1e-6);
}

TEST(CostModelTest, FollowsAChangeOfSpeed) {
  const AnimationSpec spec = SmallAnimationSpec({.num_frames = 1, .steps = 1});
  CostModel costs = Measured(spec);
  const double before = Seconds(costs.PredictTotal(spec));
  costs.ObserveStep(spec, absl::Seconds(4));
  const double soon = Seconds(costs.PredictTotal(spec));
  EXPECT_GT(soon, before);
  EXPECT_LT(soon, before + 2);
  for (int i = 0; i < 50; ++i) costs.ObserveStep(spec, absl::Seconds(4));
  EXPECT_NEAR(Seconds(costs.PredictTotal(spec)), before + 2, 1e-3);
}

TEST(CostModelTest, GuessesBeforeAnythingWasMeasured) {
  const CostModel costs;
  EXPECT_FALSE(costs.measured());
  EXPECT_GT(costs.PredictTotal(SmallAnimationSpec()), absl::ZeroDuration());
}

TEST(ProgressMeterTest, MeasuresPreparationStepsAndFramesOfAJob) {
  const AnimationSpec spec = SmallAnimationSpec({.num_frames = 2, .steps = 2});
  CostModel costs;
  ProgressMeter meter(absl::Seconds(100));
  const auto at = [&](int second, JobProgress progress) {
    meter.Observe(spec, progress, absl::Seconds(second), costs);
  };
  at(101, {.stage = JobStage::kPreparing});
  at(105, {.stage = JobStage::kDenoising});  // 5 s of preparation
  at(108, {.stage = JobStage::kDenoising, .step = 1});
  at(111, {.stage = JobStage::kDenoising, .step = 2});  // 3 s a step
  at(111, {.stage = JobStage::kDecoding, .step = 2});
  at(113, {.stage = JobStage::kDecoding, .step = 2, .frames_done = 1});
  at(115, {.stage = JobStage::kDecoding, .step = 2, .frames_done = 2});
  EXPECT_TRUE(costs.measured());
  EXPECT_NEAR(Seconds(costs.PredictTotal(spec)), 5 + 2 * 3 + 2 * 2, 1e-6);
}

TEST(ProgressMeterTest, FramesOfTheLastStepAreNotTakenForDecoding) {
  const AnimationSpec spec = SmallAnimationSpec({.num_frames = 4, .steps = 2});
  CostModel costs = Measured(spec);
  ProgressMeter meter(absl::ZeroDuration());
  const auto observe = [&](JobStage stage, int step, int frames, int seconds) {
    meter.Observe(spec, {.stage = stage, .step = step, .frames_done = frames},
                  absl::Seconds(seconds), costs);
  };
  observe(JobStage::kDenoising, 0, 0, 5);
  observe(JobStage::kDenoising, 1, 0, 7);
  observe(JobStage::kDenoising, 1, 1, 8);  // while windows are still computed
  observe(JobStage::kDenoising, 2, 2, 9);
  observe(JobStage::kDecoding, 2, 2, 9);
  observe(JobStage::kDecoding, 2, 3, 10);
  EXPECT_NEAR(Seconds(costs.PredictTotal(spec)), 5 + 2 * 2 + 4 * 1, 1e-6);
}

}  // namespace
}  // namespace animate
