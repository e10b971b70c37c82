#include "engine/pose/pose_smoothing.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/engine/pose/planar_body.h"

namespace animate {
namespace {

constexpr Stage kStage{.x = 500, .ground = 900};

PoseSequence NoseAt(const std::vector<double>& x) {
  PoseSequence sequence{.width = 100, .height = 100, .fps = 24};
  for (const double value : x) {
    PersonPose person;
    person.body[kNose] = {value, -value, 1.0};
    sequence.frames.push_back(person);
  }
  return sequence;
}

PoseSequence WithNoise(PoseSequence sequence, double deviation) {
  TestRandom random(3);
  for (PersonPose& person : sequence.frames) {
    ForEachKeypoint(person, [&](Keypoint& point) {
      point.x += deviation * random.Normal();
      point.y += deviation * random.Normal();
    });
  }
  return sequence;
}

double RootMeanSquare(const PoseSequence& a, const PoseSequence& b) {
  double sum = 0.0;
  size_t count = 0;
  for (size_t t = 0; t < a.frames.size(); ++t) {
    for (size_t j = 0; j < kNumBodyJoints; ++j, ++count) {
      const double dx = a.frames[t].body[j].x - b.frames[t].body[j].x;
      const double dy = a.frames[t].body[j].y - b.frames[t].body[j].y;
      sum += dx * dx + dy * dy;
    }
  }
  return std::sqrt(sum / static_cast<double>(count));
}

TEST(SavitzkyGolayTest, HasItsCoefficients) {
  PoseSequence sequence = NoseAt({0, 0, 0, 0, 0, 0, 21, 0, 0, 0, 0, 0, 0});
  SmoothSavitzkyGolay(sequence);
  const double expected[] = {-2, 3, 6, 7, 6, 3, -2};
  for (size_t i = 0; i < 7; ++i) {
    EXPECT_NEAR(sequence.frames[3 + i].body[kNose].x, expected[i], 1e-12);
  }
}

TEST(SavitzkyGolayTest, KeepsParabolasUpToTheEnds) {
  std::vector<double> x;
  for (int t = 0; t < 12; ++t) x.push_back(3.0 + 2.0 * t - 0.5 * t * t);
  PoseSequence sequence = NoseAt(x);
  SmoothSavitzkyGolay(sequence);
  EXPECT_LT(LargestDifference(sequence, NoseAt(x)), 1e-9);
}

TEST(SavitzkyGolayTest, ShortRunsStayAsTheyAre) {
  PoseSequence sequence = NoseAt({9, 1, 8, 2, 7, 3, 6, 4, 9, 9, 1});
  sequence.frames[6].body[kNose].confidence = 0.2;
  const PoseSequence before = sequence;
  SmoothSavitzkyGolay(sequence);
  EXPECT_EQ(sequence, before);
}

TEST(SavitzkyGolayTest, RemovesNoise) {
  const PoseSequence truth = Dance(TallBody(), kStage);
  PoseSequence smoothed = WithNoise(truth, 8.0);
  const double before = RootMeanSquare(smoothed, truth);
  SmoothSavitzkyGolay(smoothed);
  EXPECT_LT(RootMeanSquare(smoothed, truth), 0.8 * before);
}

TEST(OneEuroFilterTest, CalmsARestingPose) {
  PoseSequence truth = Dance(TallBody(), kStage, 1);
  truth.frames.resize(60, truth.frames[0]);
  PoseSequence smoothed = WithNoise(truth, 2.0);
  const double before = RootMeanSquare(smoothed, truth);
  OneEuroFilter filter(24.0);
  for (PersonPose& person : smoothed.frames) person = filter.Smooth(person);
  EXPECT_LT(RootMeanSquare(smoothed, truth), 0.6 * before);
}

TEST(OneEuroFilterTest, BetaLetsFastMotionThrough) {
  const auto lag = [](double beta) {
    PoseSequence sequence = Dance(TallBody(), kStage, 1);
    OneEuroFilter filter(24.0, {.beta = beta});
    PersonPose person;
    for (int t = 0; t < 30; ++t) {
      person = filter.Smooth(Moved(sequence.frames[0], 1.0, 30.0 * t, 0.0));
    }
    return sequence.frames[0].body[kNose].x + 30.0 * 29 - person.body[kNose].x;
  };
  EXPECT_GT(lag(0.0), 1.5 * lag(2.0));
  EXPECT_GT(lag(2.0), 0.0);
}

TEST(OneEuroFilterTest, APointThatWasMissingStartsAnew) {
  PersonPose person = PlacePlanar(TallBody(), {}, kStage);
  OneEuroFilter filter(24.0);
  filter.Smooth(person);
  PersonPose without = person;
  without.body[kNose] = {};
  EXPECT_EQ(filter.Smooth(without).body[kNose], Keypoint());
  person.body[kNose].x += 200;
  EXPECT_EQ(filter.Smooth(person).body[kNose], person.body[kNose]);
}

}  // namespace
}  // namespace animate
