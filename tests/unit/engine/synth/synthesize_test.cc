#include "engine/synth/synthesize.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/media/pose_drawing.h"

namespace animate {
namespace {

TEST(SynthesizeTest, MakesAllPartsOfAClip) {
  const auto clip = Synthesize({.character = 4,
                                .motion = "wave",
                                .width = 128,
                                .height = 192,
                                .frames = 5,
                                .fps = 12.0});
  ASSERT_TRUE(clip.ok()) << clip.status();
  EXPECT_EQ(clip->reference.width, 128);
  ASSERT_EQ(clip->frames.size(), 5U);
  ASSERT_EQ(clip->poses.size(), 5U);
  ASSERT_EQ(clip->keypoints.frames.size(), 5U);
  EXPECT_TRUE(CheckPoseSequence(clip->keypoints).ok());
  EXPECT_EQ(clip->keypoints.fps, 12.0);
  EXPECT_NE(clip->frames[0], clip->frames[4]);
  EXPECT_NE(clip->reference, clip->frames[4]);
  EXPECT_GT(clip->reference_pose.body[kNeck].confidence, 0.3);
}

TEST(SynthesizeTest, PosesAreDrawnFromTheKeypointsOfTheirFrames) {
  const auto clip = Synthesize({.character = 4,
                                .motion = "wave",
                                .width = 128,
                                .height = 192,
                                .frames = 3});
  ASSERT_TRUE(clip.ok());
  const RgbImage expected = RenderPose(
      {.width = 128, .height = 192, .people = {clip->keypoints.frames[2]}}, 128,
      192);
  EXPECT_EQ(clip->poses[2], expected);
  EXPECT_GT(*std::max_element(expected.pixels.begin(), expected.pixels.end()),
            100);
}

TEST(SynthesizeTest, PassesErrorsOn) {
  EXPECT_EQ(Synthesize({.motion = "nothing like it"}).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Synthesize({.width = 1}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace animate
