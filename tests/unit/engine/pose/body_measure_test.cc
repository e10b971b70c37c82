#include "engine/pose/body_measure.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/pose/planar_body.h"

namespace animate {
namespace {

constexpr Stage kStage{.x = 500, .ground = 900};
constexpr double kThreshold = kMinKeypointConfidence;

void ExpectTall(const BodyMeasure& measure, double factor, double tolerance) {
  const PlanarBody body = Scaled(TallBody(), factor);
  const double lengths[] = {body.pelvis,    body.torso,   body.shoulder,
                            body.upper_arm, body.forearm, body.thigh,
                            body.shin,      body.neck};
  for (size_t c = 0; c < kNumBoneClasses; ++c) {
    ASSERT_TRUE(measure.length[c].has_value()) << kBoneClassNames[c];
    EXPECT_NEAR(*measure.length[c], lengths[c], tolerance * lengths[c])
        << kBoneClassNames[c];
  }
}

TEST(MeasureSequenceTest, FindsTheLengthsOfABody) {
  const BodyMeasure measure =
      MeasureSequence(Dance(TallBody(), kStage).frames, kThreshold, 0, 24.0);
  ExpectTall(measure, 1.0, 1e-9);
  for (const double scale : measure.scale) EXPECT_NEAR(scale, 1.0, 1e-9);
  EXPECT_NEAR(measure.part[kEarSpan].value(), TallBody().head, 1e-9);
  EXPECT_TRUE(measure.part[kFaceSize].has_value());
  EXPECT_TRUE(measure.part[kHandSize].has_value());
  EXPECT_NEAR(measure.part[kFootSize].value(), TallBody().foot, 1e-9);
}

TEST(MeasureSequenceTest, OneFrameIsEnough) {
  ExpectTall(
      MeasureSequence(Dance(TallBody(), kStage, 1).frames, kThreshold, 0, 0.0),
      1.0, 1e-9);
}

TEST(MeasureSequenceTest, FollowsAZoom) {
  PoseSequence dance = Dance(TallBody(), kStage);
  const auto zoom = [](size_t t) {
    return 1.0 + 0.8 * static_cast<double>(t) / 71.0;
  };
  for (size_t t = 0; t < dance.frames.size(); ++t) {
    dance.frames[t] = Moved(dance.frames[t], zoom(t), 0, 0);
  }
  for (const size_t anchor : {size_t{0}, size_t{40}}) {
    const BodyMeasure measure =
        MeasureSequence(dance.frames, kThreshold, anchor, 24.0);
    for (size_t t = 0; t < dance.frames.size(); ++t) {
      EXPECT_NEAR(measure.scale[t], zoom(t) / zoom(anchor), 1e-2);
    }
    ExpectTall(measure, zoom(anchor), 1e-2);
  }
}

TEST(MeasureSequenceTest, BonesSeenTooRarelyAreUnknown) {
  PoseSequence dance = Dance(TallBody(), kStage);
  for (size_t t = 2; t < dance.frames.size(); ++t) {
    dance.frames[t].body[kLeftAnkle].confidence = 0.2;
    dance.frames[t].body[kRightAnkle].confidence = 0.2;
  }
  // Four samples, three are needed; then one of two sides less.
  EXPECT_TRUE(MeasureSequence(dance.frames, kThreshold, 0, 24.0)
                  .length[kShin]
                  .has_value());
  dance.frames[0].body[kLeftAnkle].confidence = 0.2;
  dance.frames[1].body[kLeftAnkle].confidence = 0.2;
  EXPECT_FALSE(MeasureSequence(dance.frames, kThreshold, 0, 24.0)
                   .length[kShin]
                   .has_value());
}

TEST(MeasureSequenceTest, NobodyHasNoLengths) {
  const std::vector<PersonPose> nobody(5);
  const BodyMeasure measure = MeasureSequence(nobody, kThreshold, 0, 24.0);
  for (const auto& length : measure.length) EXPECT_FALSE(length.has_value());
  EXPECT_EQ(measure.scale, std::vector<double>(5, 1.0));
}

TEST(MeasurePoseTest, TakesTheLongerSide) {
  PersonPose person = PlacePlanar(TallBody(), {}, kStage);
  Keypoint& wrist = person.body[kLeftWrist];
  wrist = person.body[kLeftElbow];
  wrist.y += 10;
  const BodyMeasure measure = MeasurePose(person, kThreshold);
  EXPECT_NEAR(measure.length[kForearm].value(), TallBody().forearm, 1e-9);
}

TEST(MeasurePoseTest, JointsInOnePlaceAreNoBone) {
  PersonPose person = PlacePlanar(TallBody(), {}, kStage);
  person.body[kNose] = person.body[kNeck];
  EXPECT_FALSE(MeasurePose(person, kThreshold).length[kNeckToNose].has_value());
}

}  // namespace
}  // namespace animate
