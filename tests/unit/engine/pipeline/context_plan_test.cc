#include "engine/pipeline/context_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/base/error.h"

namespace animate {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

AnimationParameters Clip(int num_frames) {
  AnimationParameters parameters;
  parameters.num_frames = num_frames;
  return parameters;
}

ContextPlan Plan(const AnimationParameters& parameters,
                 const PipelineOptions& options = {}) {
  return MakeContextPlan(parameters, ModelInfo(), options).value();
}

TEST(ContextPlanTest, ClosedLoopIsTheDefaultAndWrapsEarly) {
  const ContextPlan plan = Plan(Clip(64));
  ASSERT_THAT(plan.windows, SizeIs(4));
  EXPECT_EQ(plan.windows[0].front(), 0);
  EXPECT_EQ(plan.windows[1].front(), 60);  // and goes on with 0..19
  EXPECT_EQ(plan.windows[1].back(), 19);
  EXPECT_EQ(plan.windows[2].front(), 20);
  EXPECT_EQ(plan.weights[0][0], 0.5f);
  EXPECT_EQ(plan.weights[2][10], 1.0f);
}

TEST(ContextPlanTest, TheOpenScheduleNeverWraps) {
  AnimationParameters parameters = Clip(61);
  parameters.context_schedule = ContextSchedule::kOpen;
  const ContextPlan plan = Plan(parameters);
  ASSERT_THAT(plan.windows, SizeIs(3));
  EXPECT_EQ(plan.windows[2].front(), 37);
  EXPECT_EQ(plan.windows[2].back(), 60);
}

TEST(ContextPlanTest, EdgeSharesHalfAWindowAndFades) {
  AnimationParameters parameters = Clip(48);
  parameters.context_schedule = ContextSchedule::kEdge;
  const ContextPlan plan = Plan(parameters);
  ASSERT_THAT(plan.windows, SizeIs(3));
  EXPECT_EQ(plan.windows[1].front(), 12);
  EXPECT_NEAR(plan.weights[0][12] + plan.weights[1][0], 1.0f, 1e-6);
  EXPECT_NEAR(plan.weights[1][0], 1.0f / 13, 1e-6);
  EXPECT_NEAR(plan.weights[1][11], 12.0f / 13, 1e-6);
  parameters.context_overlap = 6;
  EXPECT_EQ(Plan(parameters).windows[1].front(), 18);
}

TEST(ContextPlanTest, TheJobBeatsTheDefault) {
  const PipelineOptions open = {.context_schedule = ContextSchedule::kOpen};
  EXPECT_THAT(Plan(Clip(64), open).windows, SizeIs(3));
  AnimationParameters parameters = Clip(64);
  parameters.context_schedule = ContextSchedule::kClosed;
  EXPECT_THAT(Plan(parameters, open).windows, SizeIs(4));
}

TEST(ContextPlanTest, TheModelsOwnScheduleHoldsWhereNobodySaysOtherwise) {
  const ModelInfo open{.context_schedule = ContextSchedule::kOpen};
  EXPECT_THAT(MakeContextPlan(Clip(64), open, {})->windows, SizeIs(3));
  EXPECT_THAT(MakeContextPlan(Clip(64), open,
                              {.context_schedule = ContextSchedule::kClosed})
                  ->windows,
              SizeIs(4));
}

TEST(ContextPlanTest, AShortClipIsOneWindowOfFullWeight) {
  for (const ContextSchedule schedule :
       {ContextSchedule::kClosed, ContextSchedule::kOpen,
        ContextSchedule::kEdge}) {
    AnimationParameters parameters = Clip(5);
    parameters.context_schedule = schedule;
    const ContextPlan plan = Plan(parameters);
    EXPECT_THAT(plan.windows, ElementsAre(ElementsAre(0, 1, 2, 3, 4)));
    EXPECT_THAT(plan.weights[0], Each(1.0f));
  }
}

TEST(ContextPlanTest, NamesTheFieldThatDoesNotFitTheModel) {
  AnimationParameters parameters = Clip(64);
  parameters.context_frames = 33;
  const absl::Status too_long =
      MakeContextPlan(parameters, ModelInfo(), {}).status();
  EXPECT_EQ(too_long.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorDetails(too_long)->field_violations.at(0).field,
            "spec.sampler.context_frames");
  parameters.context_frames = 8;
  parameters.context_overlap = 8;
  const absl::Status too_much =
      MakeContextPlan(parameters, ModelInfo(), {}).status();
  EXPECT_EQ(GetErrorDetails(too_much)->field_violations.at(0).field,
            "spec.sampler.context_overlap");
}

}  // namespace
}  // namespace animate
