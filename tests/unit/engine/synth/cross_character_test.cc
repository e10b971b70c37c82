// Fitting one body's motion to another, against the other body's own motion.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <string>

#include "engine/pose/retarget.h"
#include "engine/synth/clip_synthesizer.h"

namespace animate {
namespace {

ClipSynthesizer Clip(uint64_t character, const std::string& motion,
                     uint64_t motion_seed) {
  auto clip = ClipSynthesizer::Create({.character = character,
                                       .motion = motion,
                                       .motion_seed = motion_seed,
                                       .frames = 48});
  EXPECT_TRUE(clip.ok()) << clip.status();
  return *std::move(clip);
}

PoseSequence PosesOf(const ClipSynthesizer& clip) {
  PoseSequence poses{
      .width = clip.width(), .height = clip.height(), .fps = clip.fps()};
  for (int i = 0; i < clip.num_frames(); ++i) {
    poses.frames.push_back(clip.Keypoints(i));
  }
  return poses;
}

// Mean distance of the joints of the body from `truth`, in body heights.
double MeanJointError(const PoseSequence& poses, const ClipSynthesizer& truth) {
  double sum = 0.0;
  int count = 0;
  for (size_t i = 0; i < poses.frames.size(); ++i) {
    const PersonPose expected = truth.Keypoints(static_cast<int>(i));
    for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
      const Keypoint& a = poses.frames[i].body[joint];
      const Keypoint& b = expected.body[joint];
      if (a.confidence <= 0.0 || b.confidence <= 0.0) continue;
      sum += std::hypot(a.x - b.x, a.y - b.y);
      ++count;
    }
  }
  EXPECT_GT(count, 0);
  return sum / count / truth.view().scale();
}

double CrossError(uint64_t driver, uint64_t other, const std::string& motion,
                  uint64_t seed, RetargetMode mode) {
  const ClipSynthesizer truth = Clip(other, motion, seed);
  const auto result = Retarget(PosesOf(Clip(driver, motion, seed)),
                               {.width = truth.width(),
                                .height = truth.height(),
                                .person = truth.ReferenceKeypoints()},
                               {.mode = mode, .ground_lock = true});
  EXPECT_TRUE(result.ok()) << result.status();
  return MeanJointError(result->poses, truth);
}

TEST(CrossCharacterTest, PlanarMotionBecomesTheOtherBodysOwn) {
  double worst = 0.0;
  double sum = 0.0;
  int pairs = 0;
  for (const std::string motion :
       {"dance", "jumping_jack", "random", "sway", "wave"}) {
    for (uint64_t pair = 0; pair < 16; ++pair) {
      const double error = CrossError(2 * pair + 100, 2 * pair + 101, motion,
                                      pair, RetargetMode::kSequence);
      EXPECT_LT(error, 0.01) << motion << " " << pair;
      worst = std::max(worst, error);
      sum += error;
      ++pairs;
    }
  }
  std::cout << pairs << " pairs: mean error " << 100.0 * sum / pairs
            << " % of the height, worst " << 100.0 * worst << " %\n";
}

TEST(CrossCharacterTest, MotionInSpaceComesNear) {
  for (const std::string motion : {"squat", "walk", "box", "jump"}) {
    for (uint64_t pair = 0; pair < 4; ++pair) {
      EXPECT_LT(CrossError(2 * pair + 200, 2 * pair + 201, motion, pair,
                           RetargetMode::kSequence),
                0.06)
          << motion << " " << pair;
    }
  }
}

TEST(CrossCharacterTest, SimilarityAloneIsNotEnoughForOtherProportions) {
  // From a tall body to one with a big head and short legs.
  uint64_t tall = 0;
  uint64_t chibi = 0;
  while (Character::FromSeed(tall).body.type != BodyType::kTall) ++tall;
  while (Character::FromSeed(chibi).body.type != BodyType::kChibi) ++chibi;
  const double fitted =
      CrossError(tall, chibi, "dance", 1, RetargetMode::kSequence);
  const double scaled =
      CrossError(tall, chibi, "dance", 1, RetargetMode::kSimilarity);
  EXPECT_GT(scaled, 4.0 * fitted);
}

}  // namespace
}  // namespace animate
