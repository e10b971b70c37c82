#include "engine/media/pose_drawing.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "engine/media/image_codec.h"
#include "tests/support/test_pictures.h"

namespace animate {
namespace {

using Rgb = std::array<int, 3>;
constexpr Rgb kBlack = {0, 0, 0};
constexpr Rgb kWhite = {255, 255, 255};

Rgb PixelAt(const RgbImage& image, int x, int y) {
  const uint8_t* pixel = image.at(x, y);
  return {pixel[0], pixel[1], pixel[2]};
}

std::map<Rgb, int> CountColors(const RgbImage& image) {
  std::map<Rgb, int> counts;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) ++counts[PixelAt(image, x, y)];
  }
  return counts;
}

PoseFrame OnePerson(const PersonPose& person, int width = 128,
                    int height = 128) {
  return {.width = width, .height = height, .people = {person}};
}

TEST(DrawPoseTest, NobodyIsBlack) {
  const RgbImage image = DrawPose({.width = 64, .height = 64}, 64, 64);
  EXPECT_EQ(image, RgbImage(64, 64));
  EXPECT_EQ(DrawPose(OnePerson({}), 128, 128), RgbImage(128, 128));
}

TEST(DrawPoseTest, JointsAreDiscsOf49PixelsInTheirColour) {
  PersonPose person;
  person.body[kNose] = {20, 30, 1};
  person.body[kLeftEar] = {90, 60, 1};
  const RgbImage image = DrawPose(OnePerson(person), 128, 128);
  const std::map<Rgb, int> counts = CountColors(image);
  EXPECT_EQ(counts.size(), 3U);
  EXPECT_EQ(counts.at({255, 0, 0}), 49);
  EXPECT_EQ(counts.at({255, 0, 85}), 49);
  EXPECT_EQ(PixelAt(image, 20, 30), (Rgb{255, 0, 0}));
  EXPECT_EQ(PixelAt(image, 24, 30), (Rgb{255, 0, 0}));
  EXPECT_EQ(PixelAt(image, 25, 30), kBlack);
}

TEST(DrawPoseTest, LimbsAreEllipsesAtSixtyPercent) {
  PersonPose person;
  person.body[kRightKnee] = {20, 64, 1};
  person.body[kRightAnkle] = {100, 64, 1};
  const RgbImage image = DrawPose(OnePerson(person), 128, 128);
  // Limb 8: (0, 255, 170).
  EXPECT_EQ(PixelAt(image, 60, 64), (Rgb{0, 153, 102}));
  EXPECT_EQ(PixelAt(image, 60, 68), (Rgb{0, 153, 102}));
  EXPECT_EQ(PixelAt(image, 60, 69), kBlack);
  EXPECT_EQ(PixelAt(image, 60, 59), kBlack);
  // Joints 9 and 10 at full brightness.
  EXPECT_EQ(PixelAt(image, 20, 64), (Rgb{0, 255, 255}));
  EXPECT_EQ(PixelAt(image, 100, 64), (Rgb{0, 170, 255}));
}

TEST(DrawPoseTest, EveryLimbHasItsColour) {
  // Ends of the 17 limbs and their colours before dimming.
  struct Expected {
    BodyJoint from, to;
    Rgb color;
  };
  const Expected limbs[] = {
      {kNeck, kRightShoulder, {255, 0, 0}},
      {kNeck, kLeftShoulder, {255, 85, 0}},
      {kRightShoulder, kRightElbow, {255, 170, 0}},
      {kRightElbow, kRightWrist, {255, 255, 0}},
      {kLeftShoulder, kLeftElbow, {170, 255, 0}},
      {kLeftElbow, kLeftWrist, {85, 255, 0}},
      {kNeck, kRightHip, {0, 255, 0}},
      {kRightHip, kRightKnee, {0, 255, 85}},
      {kRightKnee, kRightAnkle, {0, 255, 170}},
      {kNeck, kLeftHip, {0, 255, 255}},
      {kLeftHip, kLeftKnee, {0, 170, 255}},
      {kLeftKnee, kLeftAnkle, {0, 85, 255}},
      {kNeck, kNose, {0, 0, 255}},
      {kNose, kRightEye, {85, 0, 255}},
      {kRightEye, kRightEar, {170, 0, 255}},
      {kNose, kLeftEye, {255, 0, 255}},
      {kLeftEye, kLeftEar, {255, 0, 170}},
  };
  for (const Expected& limb : limbs) {
    PersonPose person;
    person.body[limb.from] = {30, 40, 1};
    person.body[limb.to] = {90, 100, 1};
    const RgbImage image = DrawPose(OnePerson(person), 128, 128);
    const Rgb dimmed = {limb.color[0] * 6 / 10, limb.color[1] * 6 / 10,
                        limb.color[2] * 6 / 10};
    EXPECT_EQ(PixelAt(image, 60, 70), dimmed) << limb.from << " to " << limb.to;
  }
}

TEST(DrawPoseTest, BodyNeedsMoreThanTheThresholdDetailsOnlyTheThreshold) {
  const auto count_white_and_red = [](double confidence) {
    PersonPose person;
    person.body[kNose] = {20, 20, confidence};
    person.face[0] = {60, 60, confidence};
    std::map<Rgb, int> counts =
        CountColors(DrawPose(OnePerson(person), 128, 128));
    return std::pair(counts[kWhite], counts[Rgb{255, 0, 0}]);
  };
  EXPECT_EQ(count_white_and_red(0.3), std::pair(29, 0));
  EXPECT_EQ(count_white_and_red(std::nextafter(0.3, 1.0)), std::pair(29, 49));
  EXPECT_EQ(count_white_and_red(std::nextafter(0.3, 0.0)), std::pair(0, 0));
}

TEST(DrawPoseTest, BodyJointsOnTheEdgeAreDrawnDetailsAreNot) {
  PersonPose person;
  person.body[kNose] = {0, 40, 1};
  person.face[0] = {0.9, 80, 1};
  person.left_hand[3] = {80, 0.5, 1};
  const std::map<Rgb, int> counts =
      CountColors(DrawPose(OnePerson(person), 128, 128));
  EXPECT_EQ(counts.size(), 2U);
  // The right half of the disc.
  EXPECT_EQ(counts.at({255, 0, 0}), (49 + 9) / 2);
}

TEST(DrawPoseTest, HandsHaveColouredBonesAndBlueDots) {
  PersonPose person;
  person.right_hand[0] = {20, 60, 1};
  person.right_hand[1] = {60, 60, 1};
  person.right_hand[17] = {20, 110, 1};
  const RgbImage image = DrawPose(OnePerson(person), 128, 128);
  EXPECT_EQ(PixelAt(image, 20, 60), (Rgb{0, 0, 255}));
  EXPECT_EQ(PixelAt(image, 40, 60), (Rgb{255, 0, 0}));
  EXPECT_EQ(PixelAt(image, 20, 85), (Rgb{204, 0, 255}));
  EXPECT_EQ(CountColors(image).at({0, 0, 255}), 3 * 49);
}

TEST(DrawPoseTest, FacesLieOverHandsAndHandsOverBodies) {
  PersonPose person;
  person.body[kNose] = {40, 40, 1};
  person.left_hand[5] = {40, 40, 1};
  person.face[7] = {40, 40, 1};
  const PoseFrame pose = OnePerson(person);
  EXPECT_EQ(PixelAt(DrawPose(pose, 128, 128), 40, 40), kWhite);
  EXPECT_EQ(PixelAt(DrawPose(pose, 128, 128, {.face = false}), 40, 40),
            (Rgb{0, 0, 255}));
  EXPECT_EQ(PixelAt(DrawPose(pose, 128, 128, {.hands = false, .face = false}),
                    40, 40),
            (Rgb{255, 0, 0}));
  EXPECT_EQ(
      DrawPose(pose, 128, 128, {.body = false, .hands = false, .face = false}),
      RgbImage(128, 128));
}

TEST(DrawPoseTest, LimbsAreDrawnLimbByLimbNotPersonByPerson) {
  // The first person's last limb covers the second person's first one.
  PersonPose first;
  first.body[kLeftEye] = {20, 64, 1};
  first.body[kLeftEar] = {108, 64, 1};
  PersonPose second;
  second.body[kNeck] = {64, 20, 1};
  second.body[kRightShoulder] = {64, 108, 1};
  const RgbImage image = DrawPose(
      {.width = 128, .height = 128, .people = {first, second}}, 128, 128);
  EXPECT_EQ(PixelAt(image, 64, 64), (Rgb{153, 0, 102}));
}

TEST(DrawPoseTest, KeypointsAreScaledAndTruncated) {
  PersonPose person;
  person.body[kNose] = {10.9, 10.9, 1};
  PersonPose expected;
  expected.body[kNose] = {21, 21, 1};
  EXPECT_EQ(DrawPose(OnePerson(person, 64, 64), 128, 128),
            DrawPose(OnePerson(expected), 128, 128));
}

TEST(DrawPoseTest, ScalingGoesThroughNormalisedCoordinates) {
  // 61 / 896 * 896 is a little less than 61: the reference draws at 60.
  PersonPose person;
  person.body[kNose] = {61, 100, 1};
  const RgbImage image = DrawPose(OnePerson(person, 896, 512), 896, 512);
  EXPECT_EQ(PixelAt(image, 56, 100), (Rgb{255, 0, 0}));
  EXPECT_EQ(PixelAt(image, 65, 100), kBlack);
}

TEST(DrawPoseTest, FeetAreDrawnOnlyWhenAskedFor) {
  PersonPose person;
  person.body[kLeftAnkle] = {30, 60, 1};
  person.feet[0] = {90, 60, 1};   // left big toe
  person.feet[3] = {90, 100, 1};  // right, without its ankle
  const PoseFrame pose = OnePerson(person);
  EXPECT_EQ(PixelAt(DrawPose(pose, 128, 128), 60, 60), kBlack);
  const RgbImage image = DrawPose(pose, 128, 128, {.feet = true});
  EXPECT_EQ(PixelAt(image, 60, 60), (Rgb{102, 153, 153}));
  EXPECT_EQ(PixelAt(image, 90, 60), (Rgb{170, 255, 255}));
  EXPECT_EQ(PixelAt(image, 90, 100), (Rgb{255, 255, 0}));
}

TEST(DrawPoseTest, UncertainPointsAreDarkerWhenAskedFor) {
  PersonPose person;
  person.body[kRightKnee] = {20, 64, 0.8};
  person.body[kRightAnkle] = {100, 64, 0.5};
  person.face[0] = {60, 20, 0.5};
  person.left_hand[0] = {20, 100, 1.0};
  person.left_hand[1] = {60, 100, 0.5};
  const PoseFrame pose = OnePerson(person);
  const RgbImage image = DrawPose(pose, 128, 128, {.confidence_alpha = true});
  // Limb 8, (0, 255, 170), times 0.4, then 60 %.
  EXPECT_EQ(PixelAt(image, 60, 64), (Rgb{0, 61, 40}));
  EXPECT_EQ(PixelAt(image, 100, 64), (Rgb{0, 85, 127}));
  EXPECT_EQ(PixelAt(image, 60, 20), (Rgb{127, 127, 127}));
  EXPECT_EQ(PixelAt(image, 40, 100), (Rgb{127, 0, 0}));
  EXPECT_EQ(PixelAt(image, 60, 100), (Rgb{0, 0, 127}));
  EXPECT_EQ(PixelAt(DrawPose(pose, 128, 128), 60, 20), kWhite);
}

TEST(DrawPoseTest, WildCoordinatesAreIgnoredOrClipped) {
  PersonPose person;
  person.body[kNeck] = {64, 64, 1};
  person.body[kNose] = {std::numeric_limits<double>::quiet_NaN(), 3, 1};
  person.body[kLeftHip] = {std::numeric_limits<double>::infinity(), 3, 1};
  person.body[kRightHip] = {1e300, -1e300, 1};
  person.body[kLeftShoulder] = {-5000, 64, 1};
  const RgbImage image = DrawPose(OnePerson(person), 128, 128);
  EXPECT_EQ(PixelAt(image, 10, 64), (Rgb{153, 51, 0}));
  EXPECT_EQ(CountColors(image).size(), 3U);
}

// Counts the pixels of colour `color` that only one of the pictures has and
// that nothing in `real` covers.
int CountDifferences(const RgbImage& real, const RgbImage& drawn,
                     const Rgb& color) {
  int differences = 0;
  for (int y = 0; y < real.height; ++y) {
    for (int x = 0; x < real.width; ++x) {
      const bool in_real = PixelAt(real, x, y) == color;
      const bool in_drawn = PixelAt(drawn, x, y) == color;
      const bool covered = PixelAt(real, x, y) != kBlack;
      differences += in_real ? !in_drawn : in_drawn && !covered;
    }
  }
  return differences;
}

TEST(DrawPoseTest, RedrawsTheLimbsOfAPictureOfTheReference) {
  const std::string path = SharedDataPath("real/pose-1.png");
  const std::string png = ReadFile(path);
  if (png.empty()) GTEST_SKIP() << "no " << path;
  const absl::StatusOr<RgbImage> real = DecodeImage(png);
  ASSERT_TRUE(real.ok()) << real.status();
  // Joints lie in the middle of their discs; the fractions, which decide how
  // the ellipse is rounded, were found by search.
  struct VisibleLimb {
    BodyJoint from, to;
    Keypoint from_point, to_point;
    Rgb color;
  };
  const VisibleLimb limbs[] = {
      {kNeck,
       kRightShoulder,
       {211.05, 124.05, 1},
       {260.05, 129.05, 1},
       {153, 0, 0}},
      {kNeck,
       kLeftShoulder,
       {211.05, 124.05, 1},
       {162.05, 119.05, 1},
       {153, 51, 0}},
      {kRightShoulder,
       kRightElbow,
       {260.77, 129.77, 1},
       {267.23, 222.05, 1},
       {153, 102, 0}},
      {kRightElbow,
       kRightWrist,
       {267.95, 222.05, 1},
       {258.05, 284.05, 1},
       {153, 153, 0}},
      {kLeftShoulder,
       kLeftElbow,
       {162.05, 119.59, 1},
       {112.95, 180.41, 1},
       {102, 153, 0}},
      {kNeck, kRightHip, {211.05, 124.05, 1}, {239.05, 288.05, 1}, {0, 153, 0}},
      {kRightHip,
       kRightKnee,
       {239.05, 288.23, 1},
       {232.05, 426.05, 1},
       {0, 153, 51}},
      {kRightKnee,
       kRightAnkle,
       {232.05, 426.05, 1},
       {230.05, 556.05, 1},
       {0, 153, 102}},
      {kNeck,
       kLeftHip,
       {211.59, 124.05, 1},
       {174.41, 286.05, 1},
       {0, 153, 153}},
  };
  for (const VisibleLimb& limb : limbs) {
    PersonPose person;
    person.body[limb.from] = limb.from_point;
    person.body[limb.to] = limb.to_point;
    const RgbImage drawn =
        DrawPose(OnePerson(person, real->width, real->height), real->width,
                 real->height);
    EXPECT_EQ(CountDifferences(*real, drawn, limb.color), 0)
        << limb.from << " to " << limb.to;
  }
}

TEST(PoseCanvasSizeTest, RoundsHalfToEvenMultiplesOf64) {
  EXPECT_EQ(PoseCanvasSize(512, 768), (CanvasSize{512, 768}));
  EXPECT_EQ(PoseCanvasSize(512, 784), (CanvasSize{512, 768}));
  EXPECT_EQ(PoseCanvasSize(128, 192), (CanvasSize{512, 768}));
  // 544 / 64 is 8.5, 608 / 64 is 9.5.
  EXPECT_EQ(PoseCanvasSize(512, 544), (CanvasSize{512, 512}));
  EXPECT_EQ(PoseCanvasSize(608, 512), (CanvasSize{640, 512}));
}

TEST(RenderPoseTest, DrawsOnTheCanvasAndResizes) {
  PersonPose person;
  person.body[kNeck] = {30, 30, 1};
  person.body[kLeftHip] = {40, 80, 1};
  const PoseFrame pose = OnePerson(person, 64, 96);
  EXPECT_EQ(RenderPose(pose, 512, 768), DrawPose(pose, 512, 768));
  const RgbImage small = RenderPose(pose, 128, 192);
  EXPECT_EQ(small.width, 128);
  EXPECT_EQ(small.height, 192);
  // Limbs become thinner with the picture.
  EXPECT_LT(CountColors(small)[kBlack] * 1.0 / (128 * 192), 1.0);
  EXPECT_GT(CountColors(small)[kBlack] * 1.0 / (128 * 192), 0.97);
}

}  // namespace
}  // namespace animate
