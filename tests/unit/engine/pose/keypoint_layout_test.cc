#include "engine/pose/keypoint_layout.h"

#include <gtest/gtest.h>

#include "engine/base/error.h"

namespace animate {
namespace {

constexpr KeypointLayout kLayouts[] = {KeypointLayout::kOpenPose18,
                                       KeypointLayout::kOpenPoseBody25,
                                       KeypointLayout::kCoco17,
                                       KeypointLayout::kCocoWholeBody133,
                                       KeypointLayout::kDwposeWholeBody134,
                                       KeypointLayout::kOpenPose18HandsFace128};

// Point i is at (i, 1000 + i).
std::vector<Keypoint> Numbered(size_t count) {
  std::vector<Keypoint> points;
  for (size_t i = 0; i < count; ++i) {
    const auto x = static_cast<double>(i);
    points.push_back({x, 1000.0 + x, 0.9});
  }
  return points;
}

PersonPose FromNumbered(KeypointLayout layout) {
  const absl::StatusOr<PersonPose> person =
      PersonFromLayout(layout, Numbered(KeypointCount(layout)));
  EXPECT_TRUE(person.ok()) << person.status();
  return person.value_or(PersonPose());
}

TEST(KeypointLayoutTest, CountsAndNamesTellLayoutsApart) {
  const size_t counts[] = {18, 25, 17, 133, 134, 128};
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(KeypointCount(kLayouts[i]), counts[i]);
    EXPECT_EQ(KeypointLayoutOfCount(counts[i]).value(), kLayouts[i]);
    EXPECT_EQ(ParseKeypointLayout(KeypointLayoutName(kLayouts[i])).value(),
              kLayouts[i]);
  }
  EXPECT_EQ(GetErrorReason(KeypointLayoutOfCount(19).status()),
            "BAD_POSE_INPUT");
  EXPECT_FALSE(ParseKeypointLayout("openpose").ok());
}

TEST(KeypointLayoutTest, DwposeIsTheCanonicalOrder) {
  const PersonPose person = FromNumbered(KeypointLayout::kDwposeWholeBody134);
  for (size_t i = 0; i < kNumKeypoints; ++i) {
    EXPECT_EQ(KeypointAt(person, i).x, static_cast<double>(i));
  }
}

// The gather table of DWPose.
TEST(KeypointLayoutTest, CocoWholeBodyIsGatheredAsDwposeDoes) {
  const PersonPose person = FromNumbered(KeypointLayout::kCocoWholeBody133);
  const double body[] = {0,  5.5, 6,  8,  10, 5, 7, 9, 12,
                         14, 16,  11, 13, 15, 2, 1, 4, 3};
  for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
    EXPECT_EQ(person.body[joint].x, body[joint]) << joint;
  }
  EXPECT_EQ(person.body[kNeck].confidence, 1.0);
  EXPECT_EQ(person.feet[0].x, 17);
  EXPECT_EQ(person.face[0].x, 23);
  EXPECT_EQ(person.left_hand[0].x, 91);
  EXPECT_EQ(person.right_hand[20].x, 132);
}

TEST(KeypointLayoutTest, CocoBodyIsTheBeginningOfTheWholeBody) {
  EXPECT_EQ(FromNumbered(KeypointLayout::kCoco17).body,
            FromNumbered(KeypointLayout::kCocoWholeBody133).body);
}

TEST(KeypointLayoutTest, Body25SkipsTheMiddleOfTheHipsAndHasFeet) {
  const PersonPose person = FromNumbered(KeypointLayout::kOpenPoseBody25);
  EXPECT_EQ(person.body[kLeftWrist].x, 7);
  EXPECT_EQ(person.body[kRightHip].x, 9);
  EXPECT_EQ(person.body[kLeftEar].x, 18);
  EXPECT_EQ(person.feet[0].x, 19);
  EXPECT_EQ(person.feet[5].x, 24);
}

TEST(KeypointLayoutTest, HandsComeBeforeTheFaceIn128) {
  const PersonPose person =
      FromNumbered(KeypointLayout::kOpenPose18HandsFace128);
  EXPECT_EQ(person.left_hand[0].x, 18);
  EXPECT_EQ(person.right_hand[0].x, 39);
  EXPECT_EQ(person.face[0].x, 60);
  EXPECT_EQ(person.face[67].x, 127);
}

TEST(KeypointLayoutTest, TheNeckNeedsBothShoulders) {
  std::vector<Keypoint> points = Numbered(17);
  points[5].confidence = 0.3;
  const PersonPose person =
      PersonFromLayout(KeypointLayout::kCoco17, points).value();
  EXPECT_EQ(person.body[kNeck].confidence, 0.0);
}

TEST(KeypointLayoutTest, ThereAndBackIsTheSame) {
  for (const KeypointLayout layout : kLayouts) {
    std::vector<Keypoint> points = Numbered(KeypointCount(layout));
    if (layout == KeypointLayout::kOpenPoseBody25) {
      points[8] = Halfway(points[9], points[12]);
    }
    EXPECT_EQ(PersonToLayout(layout, PersonFromLayout(layout, points).value()),
              points)
        << KeypointLayoutName(layout);
  }
}

TEST(KeypointLayoutTest, AWrongNumberOfPointsIsNamed) {
  const auto person = PersonFromLayout(KeypointLayout::kCoco17, Numbered(18));
  EXPECT_EQ(person.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(person.status().message(), "COCO_17 has 17 points, got 18");
}

TEST(KeypointLayoutTest, MirroringTwiceIsTheSame) {
  const PersonPose person = FromNumbered(KeypointLayout::kDwposeWholeBody134);
  const PersonPose mirrored = Mirrored(person, 500);
  EXPECT_EQ(Mirrored(mirrored, 500), person);
  EXPECT_EQ(mirrored.body[kLeftWrist].x, 500 - person.body[kRightWrist].x);
  EXPECT_EQ(mirrored.left_hand[7].y, person.right_hand[7].y);
  EXPECT_EQ(mirrored.face[16].y, person.face[0].y);
}

}  // namespace
}  // namespace animate
