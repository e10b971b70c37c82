#include "engine/detector/network_pose_detector.h"

#include <limits>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "tests/unit/engine/detector/detector_testing.h"
#include "tests/unit/engine/detector/fake_networks.h"

namespace animate {
namespace {

std::unique_ptr<PoseDetector> DetectorOf(std::vector<FakePerson> people) {
  return MakePoseDetector(std::make_unique<FakeNetworks>(
      [people](const RgbImage&) { return people; }));
}

std::unique_ptr<PoseDetector> DetectorOfTwo() {
  return DetectorOf({{.center = {450, 200}, .size = 300, .confidence = 0.7},
                     {.center = {150, 200}, .size = 290}});
}

TEST(NetworkPoseDetector, ListsEverybodyFromLeftToRight) {
  const auto frame =
      DetectorOfTwo()->DetectPeople(PlainPicture(640, 400, 0), {});
  ASSERT_TRUE(frame.ok()) << frame.status();
  EXPECT_EQ(frame->width, 640);
  EXPECT_EQ(frame->height, 400);
  ASSERT_EQ(frame->people.size(), 2u);
  EXPECT_LT(frame->people[0].body[kNose].x, 200.0);
  EXPECT_EQ(frame->people[0].left_hand[0].confidence, 0.8);
  EXPECT_EQ(frame->people[1].face[0].confidence, 0.8);
}

TEST(NetworkPoseDetector, TakesTheChosenPerson) {
  const auto detector = DetectorOfTwo();
  const RgbImage picture = PlainPicture(640, 400, 0);
  const auto most_visible = detector->DetectPerson(picture, {});
  ASSERT_TRUE(most_visible.ok()) << most_visible.status();
  ASSERT_EQ(most_visible->people.size(), 1u);
  EXPECT_LT(most_visible->people[0].body[kNose].x, 200.0);
  const auto second = detector->DetectPerson(
      picture, {.choice = {.rule = PersonRule::kIndex, .index = 1}});
  EXPECT_GT(second->people[0].body[kNose].x, 400.0);
}

TEST(NetworkPoseDetector, LeavesOutPartsNotAskedFor) {
  const auto frame = DetectorOfTwo()->DetectPerson(
      PlainPicture(640, 400, 0), {.hands = false, .face = false});
  EXPECT_EQ(frame->people[0].left_hand[0], Keypoint{});
  EXPECT_EQ(frame->people[0].face[0], Keypoint{});
}

TEST(NetworkPoseDetector, NobodyIsAnErrorOnlyForOnePerson) {
  const auto detector = DetectorOf({});
  const RgbImage picture = PlainPicture(64, 40, 0);
  EXPECT_TRUE(detector->DetectPeople(picture, {})->people.empty());
  const auto frame = detector->DetectPerson(picture, {});
  EXPECT_EQ(frame.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorReason(frame.status()), kNoPersonFound);
}

TEST(NetworkPoseDetector, SaysHowManyPeopleThereAre) {
  const auto frame = DetectorOfTwo()->DetectPerson(
      PlainPicture(640, 400, 0),
      {.choice = {.rule = PersonRule::kIndex, .index = 2}});
  EXPECT_EQ(GetErrorReason(frame.status()), kNoPersonFound);
  EXPECT_NE(frame.status().message().find("2 were found"), std::string::npos);
}

TEST(NetworkPoseDetector, RefusesPicturesItCannotTake) {
  const auto detector = DetectorOfTwo();
  EXPECT_EQ(detector->DetectPeople(RgbImage(), {}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(detector->DetectPerson(RgbImage(8193, 1), {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(NetworkPoseDetector, RefusesARateOutOfRange) {
  const auto detector = DetectorOfTwo();
  for (const double fps :
       {0.0, -1.0, 1001.0, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(detector->NewTracker({.fps = fps}).status().code(),
              absl::StatusCode::kInvalidArgument)
        << fps;
  }
}

TEST(NetworkPoseDetector, StopsWhenCancelled) {
  CancellationToken token;
  token.Cancel(absl::CancelledError("enough"));
  EXPECT_EQ(
      DetectorOfTwo()
          ->DetectPerson(PlainPicture(640, 400, 0), {.cancellation = &token})
          .status(),
      absl::CancelledError("enough"));
}

TEST(NetworkPoseDetector, ThreadsTakeTurns) {
  const auto detector = DetectorOfTwo();
  const auto work = [&detector] {
    auto tracker = detector->NewTracker({});
    ASSERT_TRUE(tracker.ok());
    for (int i = 0; i < 20; ++i) {
      EXPECT_TRUE((*tracker)->Push(PlainPicture(640, 400, 0)).ok());
      EXPECT_TRUE(detector->DetectPerson(PlainPicture(640, 400, 0), {}).ok());
    }
  };
  std::thread other(work);
  work();
  other.join();
}

}  // namespace
}  // namespace animate
