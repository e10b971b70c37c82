#include "server/service/pose_conversion.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "engine/base/error.h"
#include "engine/pose/keypoint_layout.h"
#include "tests/support/pose_messages.h"
#include "tests/support/standing_person.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

constexpr float kNoNumber = std::numeric_limits<float>::quiet_NaN();
constexpr float kEndless = std::numeric_limits<float>::infinity();

absl::StatusOr<PoseSequence> ParseBytes(const std::string& bytes,
                                        int num_frames = 3) {
  return ParsePoseSequence(bytes, "inputs.poses[0]",
                           {.num_frames = num_frames, .fps = 12.0});
}

absl::StatusOr<PoseSequence> ParseMessage(const v1::PoseSequence& message,
                                          int num_frames = 3) {
  return ParseBytes(message.SerializeAsString(), num_frames);
}

v1::PoseSequence ValidMessage() {
  return SequenceMessage(WalkingPerson(200, 300, 3));
}

void ExpectFault(const absl::Status& status, const std::string& reason,
                 const std::string& field) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(GetErrorReason(status), reason) << status;
  const auto details = GetErrorDetails(status);
  ASSERT_TRUE(details.has_value());
  ASSERT_FALSE(details->field_violations.empty());
  EXPECT_EQ(details->field_violations[0].field, field) << status;
}

TEST(ParsePoseSequenceTest, KeepsPointsCanvasAndOrder) {
  const auto sequence = ParseMessage(ValidMessage());
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  EXPECT_EQ(sequence->width, 200);
  EXPECT_EQ(sequence->height, 300);
  EXPECT_EQ(sequence->fps, 12.0) << "the job's: it has none of its own";
  ASSERT_EQ(sequence->frames.size(), 3u);
  const PoseSequence sent = WalkingPerson(200, 300, 3);
  for (size_t i = 0; i < 3; ++i) {
    for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
      EXPECT_NEAR(sequence->frames[i].body[joint].x,
                  sent.frames[i].body[joint].x, 1e-4);
      EXPECT_NEAR(sequence->frames[i].body[joint].confidence, 0.9, 1e-6);
    }
    EXPECT_EQ(sequence->frames[i].face[0], Keypoint());
  }
}

TEST(ParsePoseSequenceTest, ReadsEveryLayout) {
  const PersonPose person = StandingPerson(100, 280, 240);
  const std::pair<v1::KeypointLayout, KeypointLayout> layouts[] = {
      {v1::KEYPOINT_LAYOUT_OPENPOSE_18, KeypointLayout::kOpenPose18},
      {v1::KEYPOINT_LAYOUT_OPENPOSE_BODY_25, KeypointLayout::kOpenPoseBody25},
      {v1::KEYPOINT_LAYOUT_COCO_17, KeypointLayout::kCoco17},
      {v1::KEYPOINT_LAYOUT_COCO_WHOLEBODY_133,
       KeypointLayout::kCocoWholeBody133},
      {v1::KEYPOINT_LAYOUT_DWPOSE_WHOLEBODY_134,
       KeypointLayout::kDwposeWholeBody134},
      {v1::KEYPOINT_LAYOUT_OPENPOSE_18_HANDS_FACE_128,
       KeypointLayout::kOpenPose18HandsFace128}};
  for (const auto& [wire, layout] : layouts) {
    v1::PoseSequence message = ValidMessage();
    message.set_layout(wire);
    message.clear_frames();
    *message.add_frames() = FrameMessage(person, layout);
    const auto sequence = ParseMessage(message, 1);
    ASSERT_TRUE(sequence.ok()) << sequence.status();
    for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
      EXPECT_NEAR(sequence->frames[0].body[joint].y, person.body[joint].y, 1e-4)
          << KeypointLayoutName(layout) << " " << joint;
    }
  }
}

TEST(ParsePoseSequenceTest, NormalizedCoordinatesArePartsOfTheCanvas) {
  v1::PoseSequence message = ValidMessage();
  message.set_space(v1::COORDINATE_SPACE_NORMALIZED);
  v1::PoseFrame& frame = *message.mutable_frames(0);
  frame.set_xy(0, 0.5f);
  frame.set_xy(1, -0.25f);
  for (int i = 2; i < 36; ++i) {
    for (auto& each : *message.mutable_frames()) each.set_xy(i, 0.1f);
  }
  for (int i = 1; i < 3; ++i) {
    message.mutable_frames(i)->set_xy(0, 0);
    message.mutable_frames(i)->set_xy(1, 0);
  }
  const auto sequence = ParseMessage(message);
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  EXPECT_EQ(sequence->frames[0].body[kNose].x, 100.0);
  EXPECT_EQ(sequence->frames[0].body[kNose].y, -75.0);
}

TEST(ParsePoseSequenceTest, MissingPointsAreClearedWhateverTheirPlace) {
  v1::PoseSequence message = ValidMessage();
  v1::PoseFrame& frame = *message.mutable_frames(1);
  frame.set_confidence(0, 0.0f);
  frame.set_xy(0, kNoNumber);
  frame.set_confidence(1, -1.0f);
  frame.set_xy(2, 1e30f);
  const auto sequence = ParseMessage(message);
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  EXPECT_EQ(sequence->frames[1].body[kNose], Keypoint());
  EXPECT_EQ(sequence->frames[1].body[kNeck], Keypoint());
}

TEST(ParsePoseSequenceTest, WithoutConfidencesAllPointsAreThere) {
  v1::PoseSequence message = ValidMessage();
  for (auto& frame : *message.mutable_frames()) frame.clear_confidence();
  EXPECT_EQ(ParseMessage(message)->frames[0].body[kNose].confidence, 1.0);
}

TEST(ParsePoseSequenceTest, IgnoresFramesBeyondThoseNeeded) {
  EXPECT_EQ(ParseMessage(ValidMessage(), 2)->frames.size(), 2u);
}

TEST(ParsePoseSequenceTest, TakesARateOfItsOwn) {
  v1::PoseSequence message = ValidMessage();
  message.mutable_fps()->set_numerator(30000);
  message.mutable_fps()->set_denominator(1001);
  EXPECT_NEAR(ParseMessage(message)->fps, 29.97, 1e-3);
}

TEST(ParsePoseSequenceTest, NamesTheFieldThatIsWrong) {
  struct Case {
    std::function<void(v1::PoseSequence&)> spoil;
    std::string reason;
    std::string field;
  };
  const std::vector<Case> cases = {
      {[](auto& m) { m.clear_layout(); }, "INVALID_FIELD", ".layout"},
      {[](auto& m) { m.set_layout(static_cast<v1::KeypointLayout>(99)); },
       "INVALID_FIELD", ".layout"},
      {[](auto& m) { m.set_layout(v1::KEYPOINT_LAYOUT_COCO_17); },
       "INVALID_FIELD", ".frames[0].xy"},
      {[](auto& m) { m.clear_space(); }, "INVALID_FIELD", ".space"},
      {[](auto& m) { m.set_space(static_cast<v1::CoordinateSpace>(9)); },
       "INVALID_FIELD", ".space"},
      {[](auto& m) { m.set_width(0); }, "LIMIT_EXCEEDED", ".width"},
      {[](auto& m) { m.set_width(8193); }, "LIMIT_EXCEEDED", ".width"},
      {[](auto& m) { m.set_height(4'000'000'000u); }, "LIMIT_EXCEEDED",
       ".height"},
      {[](auto& m) { m.mutable_fps(); }, "LIMIT_EXCEEDED", ".fps.numerator"},
      {[](auto& m) { m.mutable_fps()->set_numerator(24); }, "LIMIT_EXCEEDED",
       ".fps.denominator"},
      {[](auto& m) {
         m.mutable_fps()->set_numerator(1001);
         m.mutable_fps()->set_denominator(1);
       },
       "LIMIT_EXCEEDED", ".fps"},
      {[](auto& m) { m.mutable_frames()->RemoveLast(); }, "POSE_COUNT_MISMATCH",
       ".frames"},
      {[](auto& m) { m.clear_frames(); }, "POSE_COUNT_MISMATCH", ".frames"},
      {[](auto& m) { m.mutable_frames(1)->add_xy(1); }, "INVALID_FIELD",
       ".frames[1].xy"},
      {[](auto& m) { m.mutable_frames(2)->clear_xy(); }, "INVALID_FIELD",
       ".frames[2].xy"},
      {[](auto& m) { m.mutable_frames(2)->add_confidence(1); }, "INVALID_FIELD",
       ".frames[2].confidence"},
      {[](auto& m) { m.mutable_frames(2)->set_xy(7, kNoNumber); },
       "LIMIT_EXCEEDED", ".frames[2].xy[7]"},
      {[](auto& m) { m.mutable_frames(2)->set_xy(6, kEndless); },
       "LIMIT_EXCEEDED", ".frames[2].xy[6]"},
      {[](auto& m) { m.mutable_frames(0)->set_xy(0, 1e30f); }, "LIMIT_EXCEEDED",
       ".frames[0].xy[0]"},
      {[](auto& m) {
         m.set_space(v1::COORDINATE_SPACE_NORMALIZED);
         m.set_width(8192);
       },
       "LIMIT_EXCEEDED", ".frames[0].xy[0]"},
      {[](auto& m) { m.mutable_frames(0)->set_confidence(3, kNoNumber); },
       "LIMIT_EXCEEDED", ".frames[0].confidence[3]"},
      {[](auto& m) { m.mutable_frames(0)->set_confidence(3, 1.5f); },
       "LIMIT_EXCEEDED", ".frames[0].confidence[3]"},
      {[](auto& m) {
         m.mutable_frames(0)->set_pts_us(5);
         m.mutable_frames(2)->set_pts_us(5);
       },
       "INVALID_FIELD", ".frames[2].pts_us"},
      {[](auto& m) { m.mutable_frames(0)->set_pts_us(-1); }, "INVALID_FIELD",
       ".frames[0].pts_us"},
      {[](auto& m) {
         for (auto& frame : *m.mutable_frames()) {
           for (auto& value : *frame.mutable_confidence()) value = 0;
         }
       },
       "BAD_POSE_INPUT", ".frames"},
  };
  for (const Case& each : cases) {
    v1::PoseSequence message = ValidMessage();
    each.spoil(message);
    ExpectFault(ParseMessage(message).status(), each.reason,
                "inputs.poses[0]" + each.field);
  }
}

TEST(ParsePoseSequenceTest, RefusesWhatIsNoSequence) {
  const std::string bytes = ValidMessage().SerializeAsString();
  for (const std::string& bad :
       {std::string("{\"people\": []}"), bytes.substr(0, bytes.size() - 3),
        std::string(64, '\xff')}) {
    ExpectFault(ParseBytes(bad).status(), "BAD_POSE_INPUT", "inputs.poses[0]");
  }
  ExpectFault(ParseBytes("").status(), "INVALID_FIELD",
              "inputs.poses[0].layout");
}

TEST(ParsePoseSequenceTest, CountsFramesBeforeItUnpacksThem) {
  // Two bytes each: a field with nothing in it.
  std::string bytes;
  for (size_t i = 0; i <= kMaxPoseFrames; ++i) bytes += {'\x32', '\0'};
  ExpectFault(ParseBytes(bytes).status(), "LIMIT_EXCEEDED",
              "inputs.poses[0].frames");
  ExpectFault(ParseBytes(std::string(kMaxPoseSequenceBytes + 1, '\0')).status(),
              "LIMIT_EXCEEDED", "inputs.poses[0]");
}

TEST(ParseRetargetTest, FillsInDefaults) {
  const auto retarget = ParseRetarget(v1::RetargetOptions(), 3);
  ASSERT_TRUE(retarget.ok()) << retarget.status();
  EXPECT_EQ(retarget->options.mode, RetargetMode::kSequence);
  EXPECT_FALSE(retarget->mode_named);
  EXPECT_FALSE(retarget->options.ground_lock);
  EXPECT_EQ(retarget->options.confidence_threshold, kMinKeypointConfidence);
  EXPECT_FALSE(retarget->reference_pose.has_value());
  const v1::RetargetOptions echo = ToProto(*retarget);
  EXPECT_EQ(echo.mode(), v1::RetargetOptions::MODE_SEQUENCE);
  EXPECT_NEAR(echo.confidence_threshold(), 0.3, 1e-6);
}

TEST(ParseRetargetTest, TakesOverEveryField) {
  v1::RetargetOptions message;
  message.set_mode(v1::RetargetOptions::MODE_ANCHOR_FRAME);
  message.set_anchor_frame(2);
  message.set_ground_lock(true);
  message.set_confidence_threshold(0.5f);
  *message.mutable_reference_pose() =
      FrameMessage(StandingPerson(50, 90, 80), KeypointLayout::kOpenPose18);
  message.set_reference_layout(v1::KEYPOINT_LAYOUT_OPENPOSE_18);
  message.set_reference_space(v1::COORDINATE_SPACE_NORMALIZED);
  const auto retarget = ParseRetarget(message, 3);
  ASSERT_TRUE(retarget.ok()) << retarget.status();
  EXPECT_EQ(retarget->options.mode, RetargetMode::kAnchorFrame);
  EXPECT_TRUE(retarget->mode_named);
  EXPECT_EQ(retarget->options.anchor_frame, 2u);
  EXPECT_TRUE(retarget->options.ground_lock);
  EXPECT_EQ(retarget->options.confidence_threshold, 0.5);
  EXPECT_TRUE(retarget->reference_normalized);
  ASSERT_TRUE(retarget->reference_pose.has_value());
  EXPECT_EQ(retarget->reference_pose->body[kNose].x, 50.0)
      << "as sent: the picture's size is not known yet";
  const v1::RetargetOptions echo = ToProto(*retarget);
  EXPECT_EQ(echo.mode(), v1::RetargetOptions::MODE_ANCHOR_FRAME);
  EXPECT_EQ(echo.anchor_frame(), 2u);
  EXPECT_TRUE(echo.ground_lock());
  EXPECT_FALSE(echo.has_reference_pose());
}

TEST(ParseRetargetTest, NamesTheFieldThatIsWrong) {
  struct Case {
    std::function<void(v1::RetargetOptions&)> spoil;
    std::string reason;
    std::string field;
  };
  const std::vector<Case> cases = {
      {[](auto& m) { m.set_mode(static_cast<v1::RetargetOptions::Mode>(77)); },
       "INVALID_FIELD", "mode"},
      {[](auto& m) { m.set_anchor_frame(3); }, "LIMIT_EXCEEDED",
       "anchor_frame"},
      {[](auto& m) { m.set_confidence_threshold(kNoNumber); }, "LIMIT_EXCEEDED",
       "confidence_threshold"},
      {[](auto& m) { m.set_confidence_threshold(1.1f); }, "LIMIT_EXCEEDED",
       "confidence_threshold"},
      {[](auto& m) { m.clear_reference_layout(); }, "INVALID_FIELD",
       "reference_layout"},
      {[](auto& m) { m.clear_reference_space(); }, "INVALID_FIELD",
       "reference_space"},
      {[](auto& m) { m.mutable_reference_pose()->clear_xy(); }, "INVALID_FIELD",
       "reference_pose.xy"},
      {[](auto& m) { m.mutable_reference_pose()->set_xy(3, kNoNumber); },
       "LIMIT_EXCEEDED", "reference_pose.xy[3]"},
      {[](auto& m) {
         for (auto& c : *m.mutable_reference_pose()->mutable_confidence()) {
           c = 0;
         }
       },
       "INVALID_FIELD", "reference_pose"},
  };
  for (const Case& each : cases) {
    v1::RetargetOptions message;
    *message.mutable_reference_pose() =
        FrameMessage(StandingPerson(50, 90, 80), KeypointLayout::kOpenPose18);
    message.set_reference_layout(v1::KEYPOINT_LAYOUT_OPENPOSE_18);
    message.set_reference_space(v1::COORDINATE_SPACE_PIXEL);
    each.spoil(message);
    ExpectFault(ParseRetarget(message, 3).status(), each.reason,
                "spec.retarget." + each.field);
  }
}

TEST(RetargetReportTest, SaysEverything) {
  RetargetOutcome outcome{.mode = RetargetMode::kSequence,
                          .reference_detected = true};
  outcome.report = {.global_scale = 0.5,
                    .ratio = {{"forearm", 0.75}},
                    .clamped = {"head"},
                    .root = "mid_hip",
                    .anchor_frame = 4,
                    .ground_locked = true,
                    .outside = 0.25,
                    .warnings = {"look out"}};
  const v1::RetargetReport report = ToProto(outcome);
  EXPECT_EQ(report.global_scale(), 0.5f);
  EXPECT_EQ(report.ratio().at("forearm"), 0.75f);
  EXPECT_EQ(report.clamped(0), "head");
  EXPECT_EQ(report.root(), "mid_hip");
  EXPECT_EQ(report.warnings(0), "look out");
  EXPECT_EQ(report.mode(), v1::RetargetOptions::MODE_SEQUENCE);
  EXPECT_EQ(report.anchor_frame(), 4u);
  EXPECT_TRUE(report.ground_locked());
  EXPECT_EQ(report.outside(), 0.25f);
  EXPECT_TRUE(report.reference_detected());
}

}  // namespace
}  // namespace animate
