#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "engine/pipeline/animation_pipeline.h"
#include "tests/unit/engine/pipeline/nano_pipeline.h"

namespace animate {
namespace {

using Frames = std::vector<std::pair<int, RgbImage>>;

// Frames under one and the same pose, each denoised on its own: all that tells
// them apart is their noise.
Frames StandingStill(int num_frames, std::optional<NoiseMode> mode,
                     NoiseMode own = NoiseMode::kPerFrame) {
  AnimationParameters parameters = NanoParameters();
  parameters.num_frames = num_frames;
  parameters.context_frames = 1;
  parameters.context_overlap = 0;
  parameters.noise_mode = mode;
  AnimationInput input = NanoInput(parameters);
  for (RgbImage& pose : input.poses) pose = input.poses.front();

  ModelBundle models = NanoModels();
  models.info.noise_mode = own;
  AnimationPipeline pipeline(std::move(models), {});
  RecordingAnimationObserver observer;
  const CancellationToken token;
  const absl::Status status = pipeline.Animate(input, token, observer);
  EXPECT_TRUE(status.ok()) << status;
  return observer.frames;
}

TEST(NoiseModeTest, SharedNoiseTellsNoFramesApart) {
  const Frames frames = StandingStill(3, NoiseMode::kShared);
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[1].second, frames[0].second);
  EXPECT_EQ(frames[2].second, frames[0].second);
}

TEST(NoiseModeTest, SharedNoiseIsThatOfAClipOfOneFrame) {
  const RgbImage frame = StandingStill(2, NoiseMode::kShared)[1].second;
  const RgbImage alone = StandingStill(1, NoiseMode::kPerFrame)[0].second;
  ASSERT_EQ(frame.pixels.size(), alone.pixels.size());
  for (size_t i = 0; i < alone.pixels.size(); ++i) {
    // Batches of other sizes round differently.
    ASSERT_NEAR(frame.pixels[i], alone.pixels[i], 1) << i;
  }
}

TEST(NoiseModeTest, OtherwiseEachFrameHasItsOwn) {
  const Frames frames = StandingStill(2, NoiseMode::kPerFrame);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_NE(frames[1].second, frames[0].second);
}

TEST(NoiseModeTest, TheModelDecidesWhereTheJobDoesNot) {
  EXPECT_EQ(StandingStill(2, std::nullopt, NoiseMode::kShared),
            StandingStill(2, NoiseMode::kShared));
  EXPECT_EQ(StandingStill(2, NoiseMode::kPerFrame, NoiseMode::kShared),
            StandingStill(2, std::nullopt, NoiseMode::kPerFrame));
}

}  // namespace
}  // namespace animate
