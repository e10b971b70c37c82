#include "engine/detector/dw_pose.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "engine/detector/pose_detector.h"
#include "tests/support/paths.h"
#include "tests/unit/engine/detector/detector_testing.h"

namespace animate {
namespace {

// Networks that find a person at pure red, and keypoint i at the bluest,
// greenest or reddest pixel; see tools/golden/make_detector_networks.py.
std::string HandMadeDir() {
  return SourceDir() + "/tests/golden/detector/hand_made";
}

void FillBox(int left, int top, int side, int channel, RgbImage& picture) {
  for (int y = top; y < top + side; ++y) {
    for (int x = left; x < left + side; ++x) {
      picture.at(x, y)[channel] = 255;
    }
  }
}

// A person in a picture whose size the reference keeps: red at (256, 256),
// green at (200, 180), blue at (300, 330).
RgbImage Marks() {
  RgbImage picture(512, 512);
  FillBox(248, 248, 16, 0, picture);
  FillBox(198, 178, 5, 1, picture);
  FillBox(298, 328, 5, 2, picture);
  return picture;
}

std::unique_ptr<PoseDetector> HandMadeDetector() {
  auto detector = LoadPoseDetector(
      {.backend = PoseBackend::kDwPose, .folder = HandMadeDir()});
  EXPECT_TRUE(detector.ok()) << detector.status();
  return detector.ok() ? *std::move(detector) : nullptr;
}

TEST(DwPose, FindsKeypointsWhereTheNetworksDo) {
  const auto detector = HandMadeDetector();
  ASSERT_NE(detector, nullptr);
  const auto frame = detector->DetectPerson(Marks(), {});
  ASSERT_TRUE(frame.ok()) << frame.status();
  const PersonPose& person = frame->people.at(0);
  // COCO's keypoint 0 is the nose, 9 the left wrist: blue. 10 is the right
  // wrist: green. 5 is the left shoulder: red; its first pixel counts.
  EXPECT_NEAR(person.body[kNose].x, 300.0, 4.0);
  EXPECT_NEAR(person.body[kNose].y, 330.0, 4.0);
  EXPECT_NEAR(person.body[kLeftWrist].x, 300.0, 4.0);
  EXPECT_NEAR(person.body[kRightWrist].x, 200.0, 4.0);
  EXPECT_NEAR(person.body[kRightWrist].y, 180.0, 4.0);
  EXPECT_NEAR(person.body[kLeftShoulder].x, 249.0, 4.0);
  EXPECT_NEAR(person.body[kLeftShoulder].y, 249.0, 4.0);
  EXPECT_GT(person.body[kNose].confidence, 0.8);
  EXPECT_EQ(person.body[kNeck].confidence, 1.0);
  EXPECT_NEAR(person.left_hand[2].x, 300.0, 4.0);  // keypoint 93
}

TEST(DwPose, PointsAreInPixelsOfThePictureAsItCame) {
  const auto detector = HandMadeDetector();
  ASSERT_NE(detector, nullptr);
  const RgbImage marks = Marks();
  RgbImage twice(1024, 1024);
  for (int y = 0; y < 1024; ++y) {
    for (int x = 0; x < 1024; ++x) {
      std::copy_n(marks.at(x / 2, y / 2), 3, twice.at(x, y));
    }
  }
  const auto frame = detector->DetectPerson(twice, {});
  ASSERT_TRUE(frame.ok()) << frame.status();
  EXPECT_EQ(frame->width, 1024);
  EXPECT_NEAR(frame->people[0].body[kNose].x, 600.0, 8.0);
  EXPECT_NEAR(frame->people[0].body[kNose].y, 660.0, 8.0);
}

TEST(DwPose, LooksAtTheWholePictureWhenNobodyIsDetected) {
  const auto detector = HandMadeDetector();
  ASSERT_NE(detector, nullptr);
  RgbImage picture(512, 512);
  FillBox(100, 400, 5, 2, picture);
  FillBox(400, 100, 5, 1, picture);
  const auto frame = detector->DetectPerson(picture, {});
  ASSERT_TRUE(frame.ok()) << frame.status();
  EXPECT_NEAR(frame->people[0].body[kNose].x, 102.0, 6.0);
  EXPECT_NEAR(frame->people[0].body[kNose].y, 402.0, 6.0);
}

TEST(DwPose, ABlackPictureShowsNobody) {
  const auto detector = HandMadeDetector();
  ASSERT_NE(detector, nullptr);
  EXPECT_EQ(
      GetErrorReason(detector->DetectPerson(RgbImage(512, 512), {}).status()),
      kNoPersonFound);
}

TEST(DwPose, PartsAreLeftOutWhenNotAskedFor) {
  const auto detector = HandMadeDetector();
  ASSERT_NE(detector, nullptr);
  const auto frame =
      detector->DetectPerson(Marks(), {.hands = false, .face = false});
  ASSERT_TRUE(frame.ok()) << frame.status();
  EXPECT_EQ(frame->people[0].left_hand[2], Keypoint{});
  EXPECT_EQ(frame->people[0].face[1], Keypoint{});
  EXPECT_GT(frame->people[0].body[kNose].confidence, 0.0);
}

TEST(DwPose, TracksWhatMoves) {
  const auto detector = HandMadeDetector();
  ASSERT_NE(detector, nullptr);
  auto tracker = detector->NewTracker({.smoothing = PoseSmoothing::kNone});
  ASSERT_TRUE(tracker.ok()) << tracker.status();
  for (int i = 0; i < 4; ++i) {
    RgbImage frame(512, 512);
    Paste(Marks(), 4 * i, -3 * i, frame);
    const auto person = (*tracker)->Push(frame);
    ASSERT_TRUE(person.ok()) << person.status();
    EXPECT_NEAR(person->body[kNose].x, 300.0 + 4 * i, 4.0) << i;
    EXPECT_NEAR(person->body[kNose].y, 330.0 - 3 * i, 4.0) << i;
  }
}

TEST(DwPose, SaysWhichFilesItNeeds) {
  const auto detector = LoadPoseDetector(
      {.backend = PoseBackend::kDwPose, .folder = testing::TempDir()});
  EXPECT_EQ(detector.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorReason(detector.status()), kPoseDetectorMissing);
  const std::string message(detector.status().message());
  EXPECT_NE(message.find(kYoloxFile), std::string::npos) << message;
  EXPECT_NE(message.find(kDwPoseFile), std::string::npos) << message;
  EXPECT_NE(message.find("--pose-detector-dir"), std::string::npos) << message;
}

// A folder with copies of the two files, to be damaged.
std::string CopyOfHandMade(const std::string& name) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  for (const char* file : {kYoloxFile, kDwPoseFile}) {
    fs::copy_file(fs::path(HandMadeDir()) / file, folder / file);
  }
  return folder.string();
}

TEST(DwPose, RefusesADamagedFile) {
  const std::string folder = CopyOfHandMade("dw_pose_damaged");
  std::ofstream(folder + "/" + kDwPoseFile) << "not a network";
  const auto detector = LoadDwPose(folder);
  EXPECT_EQ(GetErrorReason(detector.status()), kPoseDetectorDamaged);
}

TEST(DwPose, RefusesAnotherNetworkUnderThatName) {
  const std::string folder = CopyOfHandMade("dw_pose_other");
  std::filesystem::copy_file(folder + "/" + kDwPoseFile,
                             folder + "/" + kYoloxFile,
                             std::filesystem::copy_options::overwrite_existing);
  const auto detector = LoadDwPose(folder);
  EXPECT_EQ(GetErrorReason(detector.status()), kPoseDetectorDamaged);
}

TEST(DwPosePicture, HasTheSizeTheReferenceLooksAt) {
  const RgbImage small = DwPosePicture(PlainPicture(100, 150, 7));
  EXPECT_EQ(small.width, 512);
  EXPECT_EQ(small.height, 768);
  EXPECT_EQ(small.at(300, 500)[0], 7);
  const RgbImage large = DwPosePicture(PlainPicture(1920, 1080, 7));
  EXPECT_EQ(large.width, 896);  // 910 = 14.2 x 64
  EXPECT_EQ(large.height, 512);
  EXPECT_EQ(DwPosePicture(PlainPicture(1, 8000, 7)).height, 8192);
}

}  // namespace
}  // namespace animate
