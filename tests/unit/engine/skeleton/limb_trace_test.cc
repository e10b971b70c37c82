#include "engine/skeleton/limb_trace.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/skeleton/drawn_person.h"

namespace animate {
namespace {

TEST(TraceLimbsTest, EveryLimbLiesOnTheLineOfItsJoints) {
  const PersonPose person = DrawnBody();
  const auto traces = TraceLimbs(LabelPixels(Drawing(person), false));
  for (size_t i = 0; i < kNumDrawnLimbs; ++i) {
    ASSERT_TRUE(traces[i].found) << i;
    for (const BodyJoint joint : {kDrawnLimbs[i].from, kDrawnLimbs[i].to}) {
      const Point at = PointOf(person.body[joint]);
      EXPECT_LT(traces[i].Aside(at), 2.5) << i;
      const double beyond = std::max(traces[i].begin - traces[i].Along(at),
                                     traces[i].Along(at) - traces[i].end);
      EXPECT_GT(beyond, 0.0) << i;
      EXPECT_LT(beyond, 14.0) << i;
    }
  }
}

TEST(TraceLimbsTest, ALimbThatIsCrossedIsOneAndStrayPixelsAreNot) {
  PersonPose person;
  person.body[kNeck] = {100, 100, 1};
  person.body[kRightHip] = {300, 110, 1};  // limb 6
  person.body[kLeftHip] = {200, 40, 1};
  person.body[kLeftKnee] = {200, 200, 1};  // limb 10, drawn over it
  RgbImage drawing = Drawing(person);
  for (int y = 600; y < 604; ++y) {
    for (int x = 200; x < 203; ++x) drawing.at(x, y)[1] = 153;
  }
  const LimbTrace trace = TraceLimbs(LabelPixels(drawing, false))[6];
  ASSERT_TRUE(trace.found);
  EXPECT_NEAR(trace.end - trace.begin, 185.0, 12.0);
  EXPECT_LT(trace.Aside({100, 100}), 2.0);
}

TEST(TraceLimbsTest, NothingIsFoundInTheBlack) {
  for (const LimbTrace& trace :
       TraceLimbs(LabelPixels(RgbImage(40, 30), false))) {
    EXPECT_FALSE(trace.found);
  }
}

}  // namespace
}  // namespace animate
