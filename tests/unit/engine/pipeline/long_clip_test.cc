// AnimationPipeline on clips longer than a window.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "engine/pipeline/animation_pipeline.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/engine/pipeline/nano_pipeline.h"

namespace animate {
namespace {

using ::testing::ElementsAre;

// Five frames in windows of two: 0-1, 1-2, 2-3, 3-4.
AnimationParameters LongParameters() {
  AnimationParameters parameters = NanoParameters();
  parameters.num_frames = 5;
  parameters.context_frames = 2;
  parameters.context_overlap = 1;
  parameters.context_schedule = ContextSchedule::kOpen;
  return parameters;
}

TEST(LongClipTest, FramesLeaveDuringTheLastStep) {
  AnimationPipeline pipeline(NanoModels(), {});
  RecordingAnimationObserver observer;
  const CancellationToken token;
  ASSERT_TRUE(
      pipeline.Animate(NanoInput(LongParameters()), token, observer).ok());
  const std::vector<std::string> end(observer.events.begin() + 8,
                                     observer.events.end());
  EXPECT_THAT(end, ElementsAre("denoise+", "step 1/2", "frame 0", "frame 1",
                               "frame 2", "step 2/2", "denoise-", "vae_decode+",
                               "frame 3", "frame 4", "vae_decode-"));
}

TEST(LongClipTest, EarlyFramesAreThoseOfTheWholeClip) {
  // With all windows in one batch nothing is final before the last one.
  const auto early = NanoFrames(LongParameters());
  const auto late = NanoFrames(LongParameters(), {.windows_per_batch = 4});
  ASSERT_EQ(early.size(), late.size());
  for (size_t i = 0; i < early.size(); ++i) {
    EXPECT_EQ(early[i].first, late[i].first);
    for (size_t j = 0; j < early[i].second.pixels.size(); ++j) {
      ASSERT_NEAR(early[i].second.pixels[j], late[i].second.pixels[j], 1);
    }
  }
}

TEST(LongClipTest, EarlyDecodingCountsAsDecoding) {
  FakeClock clock;
  AnimationPipeline pipeline(NanoModels(), {}, clock);
  RecordingAnimationObserver observer;
  observer.on_event = [&](const std::string& event) {
    if (event.starts_with("frame")) clock.Advance(absl::Seconds(1));
    if (event == "step 1/2") clock.Advance(absl::Seconds(10));
  };
  const CancellationToken token(clock);
  ASSERT_TRUE(
      pipeline.Animate(NanoInput(LongParameters()), token, observer).ok());
  EXPECT_EQ(observer.step_durations[1], absl::Seconds(10));
  EXPECT_EQ(observer.stage_durations[4], absl::Seconds(10));
  EXPECT_EQ(observer.stage_durations[5], absl::Seconds(5));
}

TEST(LongClipTest, CancelsWithinOneWindowOfTheLastStep) {
  AnimationPipeline pipeline(NanoModels(), {});
  RecordingAnimationObserver observer;
  CancellationToken token;
  observer.on_event = [&](const std::string& event) {
    if (event == "frame 1") token.Cancel(absl::CancelledError("enough"));
  };
  EXPECT_EQ(pipeline.Animate(NanoInput(LongParameters()), token, observer),
            absl::CancelledError("enough"));
  EXPECT_EQ(observer.events.back(), "frame 1");
}

TEST(LongClipTest, EachContextScheduleMakesItsOwnPicture) {
  AnimationParameters parameters = LongParameters();
  parameters.num_frames = 6;
  parameters.context_frames = 4;
  parameters.context_overlap.reset();
  const auto open = NanoFrames(parameters);
  parameters.context_schedule = ContextSchedule::kClosed;
  const auto closed = NanoFrames(parameters);
  parameters.context_schedule = ContextSchedule::kEdge;
  const auto edge = NanoFrames(parameters);
  EXPECT_NE(open, closed);
  EXPECT_NE(open, edge);
  EXPECT_NE(closed, edge);
  parameters.context_schedule.reset();
  EXPECT_EQ(NanoFrames(parameters), closed);
  EXPECT_EQ(
      NanoFrames(parameters, {.context_schedule = ContextSchedule::kEdge}),
      edge);
}

TEST(LongClipTest, ClipsOverThePoseBudgetLookTheSame) {
  EXPECT_EQ(NanoFrames(LongParameters(), {.pose_feature_bytes = 0}).size(), 5u);
  const auto kept = NanoFrames(NanoParameters());
  const auto recomputed =
      NanoFrames(NanoParameters(), {.pose_feature_bytes = 0});
  for (size_t i = 0; i < kept.size(); ++i) {
    for (size_t j = 0; j < kept[i].second.pixels.size(); ++j) {
      ASSERT_NEAR(kept[i].second.pixels[j], recomputed[i].second.pixels[j], 1);
    }
  }
}

}  // namespace
}  // namespace animate
