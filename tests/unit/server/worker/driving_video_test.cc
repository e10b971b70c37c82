#include "server/worker/driving_video.h"

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "tests/support/fake_pose_detector.h"
#include "tests/support/job_specs.h"
#include "tests/support/small_clip.h"
#include "tests/support/standing_person.h"

namespace animate {
namespace {

PersonPose Somebody(const RgbImage&) { return StandingPerson(24, 30, 28); }

absl::StatusOr<PoseSequence> Track(
    const std::string& clip, FakePoseDetector& detector, int frames,
    const CancellationToken& token = CancellationToken()) {
  return TrackDrivingVideo(clip, SmallAnimationSpec({.num_frames = frames}),
                           Limits(), detector, token);
}

void ExpectFault(const absl::Status& status, const std::string& reason,
                 const std::string& field) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(GetErrorReason(status), reason);
  const auto details = GetErrorDetails(status);
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->field_violations.at(0).field, field);
}

TEST(TrackDrivingVideoTest, FollowsThePersonThroughTheFramesAskedFor) {
  FakePoseDetector detector(Somebody);
  const auto motion = Track(SmallClip(6), detector, 4);
  ASSERT_TRUE(motion.ok()) << motion.status();
  EXPECT_EQ(motion->frames.size(), 4u);
  EXPECT_EQ(motion->width, 48);
  EXPECT_EQ(motion->height, 32);
  EXPECT_NEAR(motion->fps, 10.0, 0.1) << "the clip's";
  EXPECT_EQ(detector.looks(), 4);
}

TEST(TrackDrivingVideoTest, AClipWithoutAnybodyIsRefused) {
  FakePoseDetector detector;
  ExpectFault(Track(SmallClip(3), detector, 3).status(), "NO_PERSON_FOUND",
              "inputs.poses[0]");
}

TEST(TrackDrivingVideoTest, AShortOrBrokenClipIsRefused) {
  FakePoseDetector detector(Somebody);
  const std::string clip = SmallClip(3);
  ExpectFault(Track(clip, detector, 4).status(), "POSE_COUNT_MISMATCH",
              "inputs.pose_items");
  ExpectFault(Track("no clip", detector, 3).status(), "BAD_POSE_VIDEO",
              "inputs.poses[0]");
  ExpectFault(Track(clip.substr(0, clip.size() / 2), detector, 3).status(),
              "BAD_POSE_VIDEO", "inputs.poses[0]");
}

TEST(TrackDrivingVideoTest, StopsAtTheFrameAtWhichItIsCancelled) {
  CancellationToken token;
  FakePoseDetector detector(Somebody);
  detector.OnEachLook([&] {
    if (detector.looks() == 2) token.Cancel(absl::CancelledError("enough"));
  });
  const auto motion = Track(SmallClip(6), detector, 6, token);
  EXPECT_EQ(motion.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(detector.looks(), 2);
}

}  // namespace
}  // namespace animate
