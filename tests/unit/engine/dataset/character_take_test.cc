#include "engine/dataset/character_take.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "engine/synth/clip_synthesizer.h"
#include "engine/synth/figure_keypoints.h"

namespace animate {
namespace {

constexpr TakeOptions kTake = {.width = 96, .height = 144, .frames = 8};

MotionWindow Window(const char* name, uint64_t seed) {
  return {.motion = *CharacterMotion::Named(name, seed)};
}

TEST(CharacterTakeTest, OneWindowIsWhatTheSynthesizerMakes) {
  const auto clip = ClipSynthesizer::Create({.character = 7,
                                             .motion = "walk",
                                             .motion_seed = 3,
                                             .width = 96,
                                             .height = 144,
                                             .frames = 8});
  ASSERT_TRUE(clip.ok()) << clip.status();
  const Character character = Character::FromSeed(7);
  const CharacterTake take = PlaceTake(character, {Window("walk", 3)}, kTake);
  ASSERT_TRUE(take.visible);
  EXPECT_EQ(FigureKeypoints(character, take.neutral, take.view),
            clip->ReferenceKeypoints());
  ASSERT_EQ(take.figures.size(), 8U);
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(FigureKeypoints(character, take.figures[static_cast<size_t>(i)],
                              take.view),
              clip->Keypoints(i));
  }
}

// A second motion may move the camera away, but is seen from its own side:
// the same person, shifted and scaled.
TEST(CharacterTakeTest, EachMotionIsSeenFromItsOwnSide) {
  const Character character = Character::FromSeed(7);
  const MotionWindow box = Window("box", 1);
  const MotionWindow walk = Window("walk", 5);
  ASSERT_GT(std::abs(box.motion.yaw_degrees() - walk.motion.yaw_degrees()),
            10.0);
  const CharacterTake alone = PlaceTake(character, {walk}, kTake);
  const CharacterTake both = PlaceTake(character, {box, walk}, kTake);
  ASSERT_EQ(both.figures.size(), 16U);
  const double scale = both.view.scale() / alone.view.scale();
  for (size_t i = 0; i < 8; ++i) {
    const PersonPose a =
        FigureKeypoints(character, alone.figures[i], alone.view);
    const PersonPose b =
        FigureKeypoints(character, both.figures[8 + i], both.view);
    for (size_t joint = 1; joint < kNumBodyJoints; ++joint) {
      EXPECT_NEAR(b.body[joint].x - b.body[0].x,
                  scale * (a.body[joint].x - a.body[0].x), 1e-6);
      EXPECT_NEAR(b.body[joint].y - b.body[0].y,
                  scale * (a.body[joint].y - a.body[0].y), 1e-6);
    }
  }
}

TEST(CharacterTakeTest, AllOfItIsInThePicture) {
  const Character character = Character::FromSeed(12);
  const CharacterTake take = PlaceTake(
      character,
      {Window("jumping_jack", 1), Window("run", 2), Window("kick", 3)}, kTake);
  for (const Figure& figure : take.figures) {
    const PersonPose person = FigureKeypoints(character, figure, take.view);
    for (const Keypoint& joint : person.body) {
      if (joint.confidence == 0.0) continue;
      EXPECT_GE(joint.x, 0.0);
      EXPECT_LE(joint.x, 96.0);
      EXPECT_GE(joint.y, 0.0);
      EXPECT_LE(joint.y, 144.0);
    }
  }
}

}  // namespace
}  // namespace animate
