#include "engine/detector/pose_detector.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "tests/support/test_pictures.h"
#include "tests/unit/engine/detector/detector_testing.h"

namespace animate {
namespace {

// Loading takes half a second: one for all tests.
PoseDetector& Detector() {
  static PoseDetector& detector = *[] {
    auto loaded = LoadPoseDetector({.folder = DetectorDir()});
    if (!loaded.ok()) {
      std::fprintf(stderr, "%s\n", loaded.status().ToString().c_str());
      std::abort();
    }
    return loaded->release();
  }();
  return detector;
}

RgbImage Astronaut() { return ReadPhoto("astronaut").value_or(RgbImage()); }

// Body joints of the astronaut that are seen well.
constexpr size_t kClearJoints[] = {kNose,     kNeck,    kRightShoulder,
                                   kRightEye, kLeftEye, kLeftShoulder};

PersonPose PoseOf(const RgbImage& image, const DetectOptions& options = {}) {
  const auto frame = Detector().DetectPerson(image, options);
  EXPECT_TRUE(frame.ok()) << frame.status();
  return frame.ok() ? frame->people.at(0) : PersonPose{};
}

TEST(PoseDetector, PhotosAgreeWithTheMakersOwnProgram) {
  const GoldenArrays golden = ReadDetectorGolden("e2e_reference");
  // Joint and landmark.
  constexpr std::pair<size_t, size_t> kJoints[] = {
      {kNose, 0},        {kRightShoulder, 12}, {kRightElbow, 14},
      {kRightWrist, 16}, {kLeftShoulder, 11},  {kLeftElbow, 13},
      {kLeftWrist, 15},  {kRightHip, 24},      {kRightKnee, 26},
      {kRightAnkle, 28}, {kLeftHip, 23},       {kLeftKnee, 25},
      {kLeftAnkle, 27},  {kRightEye, 5},       {kLeftEye, 2},
      {kRightEar, 8},    {kLeftEar, 7}};
  bool skipped = false;
  for (const std::string name : {"astronaut", "anyone-2", "anyone-10"}) {
    const std::optional<RgbImage> photo = ReadPhoto(name);
    if (!photo) {
      skipped = true;
      continue;
    }
    const PersonPose person = PoseOf(*photo);
    const GoldenArray& pose33 = golden.at(name + ".pose33");
    for (const auto& [joint, landmark] : kJoints) {
      const Point want = PointOf(pose33, landmark);
      const bool inside = want.x >= 0 && want.y >= 0 && want.x < photo->width &&
                          want.y < photo->height;
      const Keypoint& point = person.body[joint];
      if (!inside) {
        EXPECT_EQ(point, Keypoint{}) << name << " " << joint;
        continue;
      }
      EXPECT_LE(Distance(PointOf(point), want), 0.5) << name << " " << joint;
      EXPECT_NEAR(point.confidence, pose33.numbers[3 * landmark + 2], 2e-3)
          << name << " " << joint;
    }
    const auto hand = golden.find(name + ".left_hand21");
    EXPECT_EQ(person.left_hand[0].confidence > 0.0, hand != golden.end());
    if (hand != golden.end()) {
      for (size_t i = 0; i < kNumHandPoints; ++i) {
        EXPECT_LE(
            Distance(PointOf(person.left_hand[i]), PointOf(hand->second, i)),
            0.5);
      }
    }
    const auto face = golden.find(name + ".face468");
    EXPECT_EQ(person.face[0].confidence > 0.0, face != golden.end());
    if (face != golden.end()) {
      EXPECT_LE(Distance(PointOf(person.face[30]), PointOf(face->second, 4)),
                0.5);
    }
  }
  if (skipped) {
    GTEST_SKIP() << "no ../shared/data/real beside the repository: two of "
                    "three photos were not tried";
  }
}

TEST(PoseDetector, SameTwice) {
  const RgbImage photo = Astronaut();
  EXPECT_EQ(PoseOf(photo), PoseOf(photo));
}

// Height of the astronaut's whole figure in pixels of the photo. The network
// guesses what is below, and moves by a few percent of that with what is
// around the picture.
constexpr double kFigure = 900.0;

TEST(PoseDetector, FindsASmallPersonInALargePicture) {
  const RgbImage photo = Astronaut();
  const Placement placement{.center = {900, 480}, .scale = 0.35};
  const PersonPose whole = PoseOf(photo);
  const RgbImage picture = Placed(photo, placement, 1280, 720);
  const PersonPose small = PoseOf(picture);
  for (const size_t joint : kClearJoints) {
    const Point want =
        PlacedPoint(PointOf(whole.body[joint]), placement, 512, 512);
    EXPECT_LE(Distance(PointOf(small.body[joint]), want),
              0.06 * kFigure * placement.scale)
        << joint;
  }
}

TEST(PoseDetector, FindsAPersonOfAFifthOfTheHeight) {
  const std::optional<RgbImage> photo = ReadPhoto("anyone-10");
  if (!photo) {
    GTEST_SKIP() << "no ../shared/data/real beside the repository";
  }
  const Placement placement{.center = {500, 560}, .scale = 0.17};
  const RgbImage picture = Placed(*photo, placement, 1280, 720);
  const PersonPose whole = PoseOf(*photo);
  const PersonPose small = PoseOf(picture);
  for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
    const Point want = PlacedPoint(PointOf(whole.body[joint]), placement,
                                   photo->width, photo->height);
    // 3 % of the figure's 130 pixels.
    EXPECT_LE(Distance(PointOf(small.body[joint]), want), 4.0) << joint;
  }
  EXPECT_EQ(
      GetErrorReason(Detector()
                         .DetectPerson(picture, {.search_small_people = false})
                         .status()),
      kNoPersonFound);
}

TEST(PoseDetector, FindsSeveralPeopleAndTheOneAskedFor) {
  const RgbImage photo = Astronaut();
  RgbImage group = PlainPicture(1100, 512, 128);
  Paste(photo, 0, 0, group);
  Paste(photo, 560, 0, group);
  const auto people = Detector().DetectPeople(group, {});
  ASSERT_TRUE(people.ok()) << people.status();
  ASSERT_EQ(people->people.size(), 2u);
  EXPECT_NEAR(people->people[1].body[kNose].x - people->people[0].body[kNose].x,
              560.0, 10.0);
  const PersonPose second =
      PoseOf(group, {.choice = {.rule = PersonRule::kIndex, .index = 1}});
  EXPECT_EQ(second, people->people[1]);
}

TEST(PoseDetector, WorksWithoutColour) {
  RgbImage photo = Astronaut();
  const PersonPose coloured = PoseOf(photo);
  for (size_t i = 0; i < photo.pixels.size(); i += 3) {
    const int sum = photo.pixels[i] + photo.pixels[i + 1] + photo.pixels[i + 2];
    for (size_t c = 0; c < 3; ++c) {
      photo.pixels[i + c] = static_cast<uint8_t>(sum / 3);
    }
  }
  const PersonPose grey = PoseOf(photo);
  for (const size_t joint : kClearJoints) {
    EXPECT_LE(
        Distance(PointOf(grey.body[joint]), PointOf(coloured.body[joint])),
        0.03 * kFigure)
        << joint;
  }
}

TEST(PoseDetector, SeesNobodyWhereNobodyIs) {
  for (const RgbImage& picture :
       {PlainPicture(320, 240, 0), PlainPicture(1, 1, 255),
        PlainPicture(3, 200, 128), NoiseImage(160, 120)}) {
    const bool narrow = picture.width < 10;  // few tiles
    const auto frame =
        Detector().DetectPerson(picture, {.search_small_people = narrow});
    EXPECT_EQ(GetErrorReason(frame.status()), kNoPersonFound)
        << picture.width << "x" << picture.height << " " << frame.status();
  }
}

TEST(PoseDetector, TakesTheLargestPictureThereIs) {
  const RgbImage photo = Astronaut();
  RgbImage huge = PlainPicture(kMaxPoseSide, kMaxPoseSide, 128);
  for (int y = 0; y < kMaxPoseSide; ++y) {
    for (int x = 0; x < kMaxPoseSide; ++x) {
      std::copy_n(photo.at(x / 16, y / 16), 3, huge.at(x, y));
    }
  }
  const PersonPose person = PoseOf(huge);
  const PersonPose small = PoseOf(photo);
  EXPECT_LE(
      Distance(PointOf(person.body[kNose]), 16.0 * PointOf(small.body[kNose])),
      16.0 * 0.01 * kFigure);
}

TEST(PoseDetector, SaysWhatToDoWithoutNetworks) {
  const auto detector = LoadPoseDetector({.folder = "/nowhere"});
  EXPECT_EQ(detector.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorReason(detector.status()), kPoseDetectorMissing);
  EXPECT_NE(detector.status().message().find("ANIMATE_POSE_DETECTOR_DIR"),
            std::string::npos);
}

TEST(PoseDetector, FindsItsNetworksAboveTheProgram) {
  ASSERT_EQ(unsetenv("ANIMATE_POSE_DETECTOR_DIR"), 0);
  EXPECT_TRUE(
      std::filesystem::equivalent(DefaultPoseDetectorDir(), DetectorDir()));
  ASSERT_EQ(setenv("ANIMATE_POSE_DETECTOR_DIR", "/some/where", 1), 0);
  EXPECT_EQ(DefaultPoseDetectorDir(), "/some/where");
  ASSERT_EQ(unsetenv("ANIMATE_POSE_DETECTOR_DIR"), 0);
}

TEST(PoseDetector, ThreadsCanBeLimited) {
  SetPoseDetectorThreads(1);
  EXPECT_GT(PoseOf(Astronaut()).body[kNose].confidence, 0.9);
}

}  // namespace
}  // namespace animate
