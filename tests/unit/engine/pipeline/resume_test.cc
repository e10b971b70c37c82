// Runs that are broken off and gone on with: not a bit may differ.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/pipeline/animation_pipeline.h"
#include "tests/unit/engine/pipeline/nano_pipeline.h"

namespace animate {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr int kResumeSteps = 3;
constexpr int kResumeFrames = 7;

// Windows 0..3, 3..6: the first frames are final before the last window.
AnimationParameters TwoWindows() {
  AnimationParameters parameters = NanoParameters();
  parameters.num_frames = kResumeFrames;
  parameters.num_inference_steps = kResumeSteps;
  parameters.context_frames = 4;
  parameters.context_overlap = 1;
  parameters.context_schedule = ContextSchedule::kOpen;
  return parameters;
}

// Keeps the checkpoints of the moments it wants.
class CheckpointObserver : public RecordingAnimationObserver {
 public:
  bool WantsCheckpoint(CheckpointMoment moment) override {
    moment_ = moment;
    return true;
  }
  void OnCheckpoint(AnimationCheckpoint checkpoint) override {
    if (moment_ == CheckpointMoment::kStopped) stopped = checkpoint;
    by_step[checkpoint.step] = std::move(checkpoint);
  }

  std::map<int, AnimationCheckpoint> by_step;
  AnimationCheckpoint stopped;

 private:
  CheckpointMoment moment_ = CheckpointMoment::kStep;
};

struct ResumeRun {
  absl::Status status;
  CheckpointObserver observer;
};

ResumeRun RunWhole(const PipelineOptions& options = {}) {
  AnimationPipeline pipeline(NanoModels(), options);
  ResumeRun run;
  const CancellationToken token;
  run.status = pipeline.Animate(NanoInput(TwoWindows()), token, run.observer);
  EXPECT_TRUE(run.status.ok()) << run.status;
  return run;
}

const ResumeRun& Undisturbed() {
  static const auto* const kRun = new ResumeRun(RunWhole());
  return *kRun;
}

// In another pipeline, as another process would.
ResumeRun GoOn(const AnimationCheckpoint& checkpoint, int first_frame,
               const PipelineOptions& options = {}) {
  AnimationPipeline pipeline(NanoModels(), options);
  AnimationInput input = NanoInput(TwoWindows());
  input.resume = {.checkpoint = checkpoint, .first_frame = first_frame};
  ResumeRun run;
  const CancellationToken token;
  run.status = pipeline.Animate(input, token, run.observer);
  return run;
}

std::vector<std::pair<int, RgbImage>> FramesFrom(
    const CheckpointObserver& observer, int first_frame) {
  return {observer.frames.begin() + first_frame, observer.frames.end()};
}

TEST(ResumeTest, HandsOverEveryStep) {
  const CheckpointObserver& observer = Undisturbed().observer;
  ASSERT_EQ(observer.by_step.size(), static_cast<size_t>(kResumeSteps));
  for (const auto& [step, checkpoint] : observer.by_step) {
    EXPECT_THAT(checkpoint.shape, ElementsAre(1, 4, kResumeFrames, 9, 10));
    EXPECT_EQ(checkpoint.latents.size(), 4u * kResumeFrames * 9 * 10);
  }
  EXPECT_NE(observer.by_step.at(1).latents, observer.by_step.at(2).latents);
}

TEST(ResumeTest, GoesOnAtEveryStepWithTheSameLatentsAndFrames) {
  const CheckpointObserver& whole = Undisturbed().observer;
  for (int step = 1; step < kResumeSteps; ++step) {
    const ResumeRun run = GoOn(whole.by_step.at(step), 0);
    ASSERT_TRUE(run.status.ok()) << run.status;
    EXPECT_EQ(run.observer.by_step.size(),
              static_cast<size_t>(kResumeSteps - step));
    for (const auto& [later, checkpoint] : run.observer.by_step) {
      EXPECT_EQ(checkpoint.latents, whole.by_step.at(later).latents)
          << "from " << step << " to " << later;
    }
    EXPECT_EQ(run.observer.frames, whole.frames) << "from step " << step;
    EXPECT_THAT(run.observer.events, Not(Contains("step 1/3")));
    EXPECT_THAT(run.observer.events, Contains("step 3/3"));
  }
}

TEST(ResumeTest, AfterDenoisingOnlyDecodes) {
  const CheckpointObserver& whole = Undisturbed().observer;
  const ResumeRun run = GoOn(whole.by_step.at(kResumeSteps), 5);
  ASSERT_TRUE(run.status.ok()) << run.status;
  EXPECT_THAT(run.observer.events,
              ElementsAre("vae_decode+", "frame 5", "frame 6", "vae_decode-"));
  EXPECT_EQ(run.observer.frames, FramesFrom(whole, 5));
  EXPECT_THAT(run.observer.by_step, IsEmpty());
}

// From the last step on frames come early; however many frames are decoded
// together, those that come first do not change the others.
TEST(ResumeTest, FramesThatAreThereAreNotMadeAgain) {
  for (const int batch : {1, 3}) {
    const PipelineOptions options = {.decode_batch_frames = batch};
    const CheckpointObserver whole = RunWhole(options).observer;
    std::vector<std::pair<int, int>> places = {{kResumeSteps - 1, 2},
                                               {kResumeSteps - 1, 5}};
    for (int first = 0; first <= kResumeFrames; ++first) {
      places.emplace_back(kResumeSteps, first);
    }
    for (const auto& [step, first] : places) {
      const ResumeRun run = GoOn(whole.by_step.at(step), first, options);
      ASSERT_TRUE(run.status.ok()) << run.status;
      EXPECT_EQ(run.observer.frames, FramesFrom(whole, first))
          << batch << " together, step " << step << ", frame " << first;
    }
  }
}

TEST(ResumeTest, AStoppedRunHandsOverItsLastCompleteStep) {
  AnimationPipeline pipeline(NanoModels(), {});
  CheckpointObserver observer;
  CancellationToken token;
  observer.on_event = [&](const std::string& event) {
    if (event == "step 2/3") token.Cancel(absl::CancelledError("stop"));
  };
  EXPECT_EQ(pipeline.Animate(NanoInput(TwoWindows()), token, observer),
            absl::CancelledError("stop"));
  EXPECT_EQ(observer.stopped.step, 2);
  EXPECT_EQ(GoOn(observer.stopped, 0).observer.frames,
            Undisturbed().observer.frames);
}

TEST(ResumeTest, ARunStoppedBeforeItsFirstStepHasNothingToHandOver) {
  AnimationPipeline pipeline(NanoModels(), {});
  CheckpointObserver observer;
  CancellationToken token;
  observer.on_event = [&](const std::string& event) {
    if (event == "denoise+") token.Cancel(absl::CancelledError("stop"));
  };
  EXPECT_FALSE(pipeline.Animate(NanoInput(TwoWindows()), token, observer).ok());
  EXPECT_THAT(observer.by_step, IsEmpty());
}

TEST(ResumeTest, BatchesWindowsAsTheCheckpointSays) {
  const CheckpointObserver whole = RunWhole({.windows_per_batch = 2}).observer;
  EXPECT_EQ(whole.by_step.at(1).windows_per_batch, 2);
  EXPECT_EQ(Undisturbed().observer.by_step.at(1).windows_per_batch, 1);
  const ResumeRun run = GoOn(whole.by_step.at(1), 0);
  EXPECT_EQ(run.observer.by_step.at(2).windows_per_batch, 2);
  EXPECT_EQ(run.observer.by_step.at(kResumeSteps).latents,
            whole.by_step.at(kResumeSteps).latents);
  EXPECT_EQ(run.observer.frames, whole.frames);
}

TEST(ResumeTest, RefusesACheckpointThatDoesNotFitBeforeItBegins) {
  AnimationCheckpoint bad = Undisturbed().observer.by_step.at(1);
  bad.latents.pop_back();
  const ResumeRun run = GoOn(bad, 0);
  EXPECT_EQ(GetErrorReason(run.status), "BAD_CHECKPOINT");
  EXPECT_THAT(run.observer.events, IsEmpty());
}

}  // namespace
}  // namespace animate
