// Poses that are not pictures: keypoints, driving videos, fitting.
#include <gtest/gtest.h>

#include <algorithm>

#include <string>
#include <utility>

#include "engine/media/image_codec.h"
#include "engine/media/pose_drawing.h"
#include "tests/integration/animate_stream.h"
#include "tests/integration/test_server.h"
#include "tests/support/fake_pose_detector.h"
#include "tests/support/pose_messages.h"
#include "tests/support/small_clip.h"
#include "tests/support/standing_person.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

// Its reference picture has 64 x 64 pixels.
Upload KeypointUpload(const PoseSequence& motion) {
  Upload upload = SmallUpload(static_cast<int>(motion.frames.size()));
  upload.items = {upload.items[0], SequenceMessage(motion).SerializeAsString()};
  upload.Declare();
  upload.start.mutable_inputs()->set_pose_kind(v1::POSE_KIND_KEYPOINTS);
  return upload;
}

Upload DrivingVideoUpload(int frames) {
  Upload upload = SmallUpload(frames);
  upload.items = {upload.items[0], SmallClip(frames)};
  upload.Declare();
  upload.start.mutable_inputs()->set_pose_kind(v1::POSE_KIND_DRIVING_VIDEO);
  return upload;
}

void SetReferencePose(Upload& upload, const PersonPose& person) {
  v1::RetargetOptions& retarget =
      *upload.start.mutable_spec()->mutable_retarget();
  retarget.set_mode(v1::RetargetOptions::MODE_SEQUENCE);
  *retarget.mutable_reference_pose() =
      FrameMessage(person, KeypointLayout::kOpenPose18);
  retarget.set_reference_layout(v1::KEYPOINT_LAYOUT_OPENPOSE_18);
  retarget.set_reference_space(v1::COORDINATE_SPACE_PIXEL);
}

TestServer::Options With(PoseDetector& detector) {
  TestServer::Options options;
  options.detector = &detector;
  return options;
}

TEST(KeypointsTest, AreFittedToTheReferenceAndReported) {
  TestServer server;
  Upload upload = KeypointUpload(WalkingPerson(200, 300, 5));
  SetReferencePose(upload, StandingPerson(32, 60, 50));
  const Received received = Animate(server.stub(), upload);
  ASSERT_TRUE(received.status.ok()) << received.status.error_message();
  EXPECT_EQ(received.frames.size(), 5u);
  ASSERT_EQ(received.jobs.size(), 2u);
  EXPECT_EQ(received.jobs[0].spec().retarget().mode(),
            v1::RetargetOptions::MODE_SEQUENCE);
  EXPECT_FALSE(received.jobs[0].has_retarget_report()) << "not known yet";
  const v1::RetargetReport& report = received.jobs[1].retarget_report();
  EXPECT_EQ(report.mode(), v1::RetargetOptions::MODE_SEQUENCE);
  EXPECT_EQ(report.root(), "mid_hip");
  EXPECT_NEAR(report.global_scale(), 50.0 / 240.0, 0.01);
  EXPECT_GT(report.ratio_size(), 5);
  EXPECT_EQ(server.GetJob(received.jobs[0].name()).retarget_report().root(),
            "mid_hip");
}

TEST(KeypointsTest, DrawnByTheServerAreTheSameAsDrawnByTheClient) {
  TestServer server;
  const PoseSequence motion = WalkingPerson(512, 512, 3);
  ASSERT_TRUE(Animate(server.stub(), KeypointUpload(motion)).status.ok());
  const std::vector<RgbImage> drawn_there = server.animator().last_poses();

  Upload upload = SmallUpload(3);
  for (size_t i = 0; i < 3; ++i) {
    // As the client's PoseSequence has them: in float.
    PersonPose person = motion.frames[i];
    ForEachKeypoint(person, [](Keypoint& point) {
      point.x = static_cast<double>(static_cast<float>(point.x));
      point.y = static_cast<double>(static_cast<float>(point.y));
    });
    upload.items[i + 1] = *EncodeImage(
        RenderPose({.width = 512, .height = 512, .people = {person}}, 64, 64));
  }
  upload.Declare();
  ASSERT_TRUE(Animate(server.stub(), upload).status.ok());
  EXPECT_EQ(server.animator().last_poses(), drawn_there);

  // MODE_NONE is the same as not to ask, but for the report.
  Upload none = KeypointUpload(motion);
  none.start.mutable_spec()->mutable_retarget()->set_mode(
      v1::RetargetOptions::MODE_NONE);
  const Received received = Animate(server.stub(), none);
  ASSERT_TRUE(received.status.ok());
  EXPECT_EQ(server.animator().last_poses(), drawn_there);
  EXPECT_EQ(received.jobs[1].retarget_report().mode(),
            v1::RetargetOptions::MODE_NONE);
}

TEST(KeypointsTest, WithoutADetectorAnUnnamedModeFallsBackWithAWarning) {
  TestServer server;
  Upload upload = KeypointUpload(WalkingPerson(200, 300, 2));
  upload.start.mutable_spec()->mutable_retarget();
  const Received received = Animate(server.stub(), upload);
  ASSERT_TRUE(received.status.ok()) << received.status.error_message();
  const v1::RetargetReport& report = received.jobs[1].retarget_report();
  EXPECT_EQ(report.mode(), v1::RetargetOptions::MODE_NONE);
  EXPECT_EQ(report.warnings_size(), 1);
}

TEST(DrivingVideoTest, IsFollowedFittedAndDrawn) {
  FakePoseDetector detector([](const RgbImage& picture) {
    return StandingPerson(picture.width / 2.0, picture.height * 0.9,
                          picture.height * 0.8);
  });
  TestServer server(With(detector));
  Upload upload = DrivingVideoUpload(4);
  upload.start.mutable_spec()->mutable_retarget();
  const Received received = Animate(server.stub(), upload);
  ASSERT_TRUE(received.status.ok()) << received.status.error_message();
  EXPECT_EQ(received.frames.size(), 4u);
  EXPECT_EQ(detector.looks(), 5) << "four frames and the reference";
  const v1::RetargetReport& report = received.jobs[1].retarget_report();
  EXPECT_EQ(report.mode(), v1::RetargetOptions::MODE_SEQUENCE);
  EXPECT_TRUE(report.reference_detected());
  EXPECT_EQ(server.recorder().Count("PhaseFinished", JobPhase::kTracking), 1);
}

TEST(DrivingVideoTest, WithoutAnybodyIsRefused) {
  FakePoseDetector nobody;
  TestServer server(With(nobody));
  const Received received = Animate(server.stub(), DrivingVideoUpload(2));
  EXPECT_EQ(received.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(received.status), "NO_PERSON_FOUND");
  EXPECT_EQ(FieldOf(received.status), "inputs.poses[0]");
}

TEST(DrivingVideoTest, ACallerThatLeavesStopsTheSearch) {
  FakePoseDetector detector(
      [](const RgbImage&) { return StandingPerson(24, 30, 28); });
  Mutex mutex;
  CondVar changed;
  bool go_on = false;
  detector.OnEachLook([&] {
    MutexLock lock(mutex);
    while (!go_on) changed.Wait(mutex);
  });
  TestServer server(With(detector));
  std::string name;
  {
    AnimateStream stream(server.stub());
    stream.Send(DrivingVideoUpload(4));
    stream.HalfClose();
    name = stream.ReadJobName();
    Await([&] { return detector.looks() == 1; });
  }
  server.AwaitState(name, v1::Job::STATE_CANCELLING);
  {
    MutexLock lock(mutex);
    go_on = true;
    changed.SignalAll();
  }
  server.AwaitState(name, v1::Job::STATE_CANCELLED);
  EXPECT_EQ(detector.looks(), 1);
  EXPECT_EQ(server.animator().runs_started(), 0);
}

TEST(ServerInfoTest, ListsWhatPosesCanBe) {
  FakePoseDetector detector;
  for (const bool has_detector : {false, true}) {
    TestServer server(has_detector ? With(detector) : TestServer::Options());
    grpc::ClientContext context;
    v1::GetServerInfoResponse info;
    ASSERT_TRUE(server.stub()
                    .GetServerInfo(&context, v1::GetServerInfoRequest(), &info)
                    .ok());
    EXPECT_EQ(info.pose_kinds_size(), has_detector ? 4 : 3);
    EXPECT_EQ(info.pose_detector(), has_detector ? "blazepose" : "");
    EXPECT_NE(std::find(info.capabilities().begin(), info.capabilities().end(),
                        v1::CAPABILITY_RETARGETING),
              info.capabilities().end());
  }
}

}  // namespace
}  // namespace animate
