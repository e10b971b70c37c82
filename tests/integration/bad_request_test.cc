// What clients get wrong on the wire. Each case must end with the documented
// status, and the server must serve the next request.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "tests/integration/animate_stream.h"
#include "tests/integration/test_server.h"
#include "tests/support/pose_messages.h"
#include "tests/support/small_clip.h"
#include "tests/support/standing_person.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;
using grpc::StatusCode;

struct BadUpload {
  const char* name;
  std::function<void(Upload&)> spoil;
  const char* reason;
  const char* field;
  StatusCode code = StatusCode::INVALID_ARGUMENT;
};

class BadUploadTest : public testing::TestWithParam<BadUpload> {};

TEST_P(BadUploadTest, IsRefusedAndTheServerGoesOn) {
  TestServer server;
  Upload upload = SmallUpload();
  GetParam().spoil(upload);
  const Received received = Animate(server.stub(), upload);
  EXPECT_EQ(received.status.error_code(), GetParam().code)
      << received.status.error_message();
  EXPECT_EQ(ReasonOf(received.status), GetParam().reason)
      << received.status.error_message();
  EXPECT_EQ(FieldOf(received.status), GetParam().field)
      << received.status.error_message();
  EXPECT_TRUE(received.frames.empty());
  EXPECT_TRUE(Animate(server.stub(), SmallUpload()).status.ok());
}

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

v1::JobSpec& Spec(Upload& upload) { return *upload.start.mutable_spec(); }

// A PNG file whose header claims 50,000 x 50,000 pixels.
void ClaimHugeSize(std::string& png) {
  const std::string side("\x00\x00\xc3\x50", 4);
  png.replace(16, 8, side + side);
}

INSTANTIATE_TEST_SUITE_P(
    Parameters, BadUploadTest,
    testing::Values(
        BadUpload{"OddWidth", [](Upload& u) { Spec(u).set_width(100); },
                  "BAD_SIZE", "spec.width"},
        BadUpload{"NanGuidance",
                  [](Upload& u) { Spec(u).set_guidance_scale(kNan); },
                  "LIMIT_EXCEEDED", "spec.guidance_scale"},
        BadUpload{"NoSteps", [](Upload& u) { Spec(u).set_steps(0); },
                  "LIMIT_EXCEEDED", "spec.steps"},
        BadUpload{"TooManySteps", [](Upload& u) { Spec(u).set_steps(1001); },
                  "LIMIT_EXCEEDED", "spec.steps"},
        BadUpload{"NoPoses",
                  [](Upload& u) {
                    u.items.resize(1);
                    u.Declare();
                  },
                  "POSE_COUNT_MISMATCH", "inputs.pose_items"},
        BadUpload{"FewerPosesThanFrames",
                  [](Upload& u) { Spec(u).set_frame_count(3); },
                  "POSE_COUNT_MISMATCH", "inputs.pose_items"},
        BadUpload{"UnknownModel", [](Upload& u) { Spec(u).set_model("x"); },
                  "MODEL_NOT_FOUND", "spec.model", StatusCode::NOT_FOUND},
        BadUpload{"Preview", [](Upload& u) { Spec(u).mutable_preview(); },
                  "CAPABILITY_UNSUPPORTED", "spec.preview",
                  StatusCode::UNIMPLEMENTED},
        BadUpload{"DrivingVideoWithoutADetector",
                  [](Upload& u) {
                    u.start.mutable_inputs()->set_pose_kind(
                        v1::POSE_KIND_DRIVING_VIDEO);
                  },
                  "POSE_KIND_UNSUPPORTED", "inputs.pose_kind",
                  StatusCode::UNIMPLEMENTED},
        BadUpload{"RetargetWithoutADetector",
                  [](Upload& u) {
                    Spec(u).mutable_retarget()->set_mode(
                        v1::RetargetOptions::MODE_SEQUENCE);
                  },
                  "POSE_DETECTOR_MISSING", "spec.retarget.reference_pose",
                  StatusCode::FAILED_PRECONDITION}),
    [](const auto& param_info) { return param_info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Bytes, BadUploadTest,
    testing::Values(
        BadUpload{"MoreThanDeclared",
                  [](Upload& u) { u.items.back() += "more"; },
                  "UPLOAD_SIZE_MISMATCH", "inputs.total_bytes"},
        BadUpload{"LessThanDeclared", [](Upload& u) { u.items.back() = "x"; },
                  "UPLOAD_SIZE_MISMATCH", "inputs.total_bytes"},
        BadUpload{"ItemMissing", [](Upload& u) { u.items.pop_back(); },
                  "UPLOAD_INCOMPLETE", "chunk"},
        BadUpload{"NotAnImage",
                  [](Upload& u) {
                    u.items[0] = "this is not a picture";
                    u.Declare();
                  },
                  "BAD_REFERENCE_IMAGE", "inputs.reference"},
        BadUpload{"TruncatedReference",
                  [](Upload& u) {
                    u.items[0].resize(u.items[0].size() / 2);
                    u.Declare();
                  },
                  "BAD_REFERENCE_IMAGE", "inputs.reference"},
        BadUpload{"HugeReference", [](Upload& u) { ClaimHugeSize(u.items[0]); },
                  "BAD_REFERENCE_IMAGE", "inputs.reference"},
        BadUpload{"TruncatedPose",
                  [](Upload& u) {
                    u.items[2].resize(u.items[2].size() / 2);
                    u.Declare();
                  },
                  "BAD_POSE_IMAGE", "inputs.poses[1]"},
        BadUpload{"NotAClip",
                  [](Upload& u) {
                    u.items.resize(2);
                    u.Declare();
                    u.start.mutable_inputs()->set_pose_kind(
                        v1::POSE_KIND_VIDEO);
                  },
                  "BAD_POSE_VIDEO", "inputs.poses[0]"},
        BadUpload{"TruncatedClip",
                  [](Upload& u) {
                    const std::string clip = SmallClip(8);
                    u.items = {u.items[0], clip.substr(0, clip.size() * 2 / 3)};
                    u.Declare();
                    u.start.mutable_inputs()->set_pose_kind(
                        v1::POSE_KIND_VIDEO);
                  },
                  "BAD_POSE_VIDEO", "inputs.poses[0]"},
        BadUpload{"NotKeypoints",
                  [](Upload& u) {
                    u.items = {u.items[0], "{\"people\": []}"};
                    u.Declare();
                    u.start.mutable_inputs()->set_pose_kind(
                        v1::POSE_KIND_KEYPOINTS);
                  },
                  "BAD_POSE_INPUT", "inputs.poses[0]"},
        BadUpload{"KeypointsThatAreNoNumbers",
                  [](Upload& u) {
                    v1::PoseSequence poses =
                        SequenceMessage(WalkingPerson(64, 64, 2));
                    poses.mutable_frames(1)->set_xy(9, std::nanf(""));
                    u.items = {u.items[0], poses.SerializeAsString()};
                    u.Declare();
                    u.start.mutable_inputs()->set_pose_kind(
                        v1::POSE_KIND_KEYPOINTS);
                  },
                  "LIMIT_EXCEEDED", "inputs.poses[0].frames[1].xy[9]"},
        BadUpload{
            "FewerKeypointsThanFrames",
            [](Upload& u) {
              u.items = {u.items[0], SequenceMessage(WalkingPerson(64, 64, 1))
                                         .SerializeAsString()};
              u.Declare();
              u.start.mutable_inputs()->set_pose_kind(v1::POSE_KIND_KEYPOINTS);
            },
            "POSE_COUNT_MISMATCH", "inputs.poses[0].frames"}),
    [](const auto& param_info) { return param_info.param.name; });

// --- Messages in the wrong place --------------------------------------------

// Sends what `send` sends, half-closes, and expects the refusal.
void ExpectRefused(const std::function<void(AnimateStream&)>& send,
                   StatusCode code, const std::string& reason,
                   const std::string& field) {
  TestServer server;
  {
    AnimateStream stream(server.stub());
    send(stream);
    stream.HalfClose();
    const Received received = stream.ReadAll();
    EXPECT_EQ(received.status.error_code(), code)
        << received.status.error_message();
    EXPECT_EQ(ReasonOf(received.status), reason);
    EXPECT_EQ(FieldOf(received.status), field);
    EXPECT_TRUE(received.jobs.empty());
    EXPECT_EQ(server.recorder().Count("JobRejected"), 1);
  }
  EXPECT_TRUE(Animate(server.stub(), SmallUpload()).status.ok());
}

TEST(BadMessageTest, NothingAtAll) {
  ExpectRefused([](AnimateStream&) {}, StatusCode::INVALID_ARGUMENT,
                "START_EXPECTED", "start");
}

TEST(BadMessageTest, AChunkBeforeStart) {
  ExpectRefused([](AnimateStream& s) { s.SendChunk(0, 0, "abc", true); },
                StatusCode::INVALID_ARGUMENT, "START_EXPECTED", "start");
}

TEST(BadMessageTest, ASecondStart) {
  ExpectRefused(
      [](AnimateStream& s) {
        s.SendStart(SmallUpload().start);
        s.SendStart(SmallUpload().start);
      },
      StatusCode::INVALID_ARGUMENT, "SECOND_START", "start");
}

TEST(BadMessageTest, ASecondStartAfterTheUploadEndsTheStreamAndTheJob) {
  TestServer server;
  server.animator().HoldAt(FakeAnimator::Point::kStep, 1);
  AnimateStream stream(server.stub());
  stream.Send(SmallUpload());
  const std::string name = stream.ReadJobName();
  server.animator().AwaitHeld();
  stream.SendStart(SmallUpload().start);
  const Received received = stream.ReadAll();
  EXPECT_EQ(received.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(received.status), "SECOND_START");
  server.AwaitState(name, animate::v1::Job::STATE_CANCELLING);
  server.animator().Release();
  server.AwaitState(name, animate::v1::Job::STATE_CANCELLED);
}

TEST(BadMessageTest, TheWrongItem) {
  ExpectRefused(
      [](AnimateStream& s) {
        s.SendStart(SmallUpload().start);
        s.SendChunk(1, 0, "abc", true);
      },
      StatusCode::INVALID_ARGUMENT, "CHUNK_ORDER", "chunk.item");
}

TEST(BadMessageTest, TheWrongOffset) {
  ExpectRefused(
      [](AnimateStream& s) {
        s.SendStart(SmallUpload().start);
        s.SendChunk(0, 1, "abc", false);
      },
      StatusCode::INVALID_ARGUMENT, "CHUNK_ORDER", "chunk.offset");
}

TEST(BadMessageTest, AWrongChecksum) {
  ExpectRefused(
      [](AnimateStream& s) {
        s.SendStart(SmallUpload().start);
        v1::Chunk chunk;
        chunk.set_data("abc");
        chunk.set_crc32c(1);
        s.SendChunk(chunk);
      },
      StatusCode::DATA_LOSS, "CHUNK_CRC", "");
}

TEST(BadMessageTest, AChunkOverOneMebibyte) {
  Upload upload = SmallUpload();
  upload.items[0] = std::string((1 << 20) + 1, 'x');
  upload.Declare();
  ExpectRefused(
      [&](AnimateStream& s) {
        s.SendStart(upload.start);
        s.SendChunk(0, 0, upload.items[0], true);
      },
      StatusCode::INVALID_ARGUMENT, "LIMIT_EXCEEDED", "chunk.data");
}

TEST(BadMessageTest, AnEmptyMessage) {
  ExpectRefused(
      [](AnimateStream& s) {
        s.SendStart(SmallUpload().start);
        s.SendChunk(v1::Chunk());
      },
      StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "chunk.data");
}

TEST(BadMessageTest, AMessageOverTheTransportsLimit) {
  TestServer server;
  AnimateStream stream(server.stub());
  stream.SendStart(SmallUpload().start);
  stream.SendChunk(0, 0, std::string(3 << 20, 'x'), true);
  stream.HalfClose();
  EXPECT_FALSE(stream.ReadAll().status.ok());
  EXPECT_TRUE(Animate(server.stub(), SmallUpload()).status.ok());
}

// --- Uploads that cannot be taken -------------------------------------------

TEST(UploadLimitTest, AnUploadThatNeverEndsIsBounded) {
  TestServer::Options options;
  options.frontend.upload_timeout = absl::Milliseconds(20);
  TestServer server(options);
  AnimateStream stream(server.stub());
  stream.SendStart(SmallUpload().start);
  const Received received = stream.ReadAll();
  EXPECT_EQ(received.status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(ReasonOf(received.status), "UPLOAD_TIMEOUT");
}

TEST(UploadLimitTest, UploadsTogetherAreBounded) {
  TestServer::Options options;
  options.frontend.upload_memory = 100;
  TestServer server(options);
  AnimateStream stream(server.stub());
  stream.SendStart(SmallUpload().start);
  const Received received = stream.ReadAll();
  EXPECT_EQ(received.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(received.status), "SPOOL_FULL");
  EXPECT_EQ(server.recorder().Count("JobRejected", RejectReason::kSpoolFull),
            1);
  const auto& trailers = stream.context().GetServerTrailingMetadata();
  EXPECT_EQ(trailers.count("grpc-retry-pushback-ms"), 1u);
}

TEST(UploadLimitTest, AFullQueueSaysWhenToRetry) {
  TestServer::Options options;
  options.jobs.capacity = 1;
  TestServer server(options);
  server.animator().HoldAt(FakeAnimator::Point::kStep, 1);
  AnimateStream running(server.stub());
  running.Send(SmallUpload());
  running.HalfClose();
  server.animator().AwaitHeld();
  AnimateStream waiting(server.stub());
  waiting.Send(SmallUpload());
  waiting.HalfClose();
  waiting.ReadJobName();

  AnimateStream refused(server.stub());
  refused.Send(SmallUpload());
  refused.HalfClose();
  const Received received = refused.ReadAll();
  EXPECT_EQ(received.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(received.status), "QUEUE_FULL");
  const auto& trailers = refused.context().GetServerTrailingMetadata();
  EXPECT_EQ(trailers.count("grpc-retry-pushback-ms"), 1u);

  server.animator().Release();
  EXPECT_TRUE(running.ReadAll().status.ok());
  EXPECT_TRUE(waiting.ReadAll().status.ok());
}

}  // namespace
}  // namespace animate
