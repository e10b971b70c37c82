#include "server/worker/input_decoder.h"

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "engine/media/image_codec.h"
#include "engine/media/pose_drawing.h"
#include "tests/support/fake_pose_detector.h"
#include "tests/support/job_inputs.h"
#include "tests/support/job_specs.h"
#include "tests/support/small_clip.h"
#include "tests/support/standing_person.h"

namespace animate {
namespace {

absl::StatusOr<AnimationInput> Decode(const EncodedInputs& inputs,
                                      const SmallJob& job = {},
                                      const Limits& limits = {}) {
  const CancellationToken token;
  absl::StatusOr<DecodedInputs> decoded = DecodeInputs(
      inputs, SmallJobSpec(job), {.limits = limits, .token = token});
  if (!decoded.ok()) return decoded.status();
  EXPECT_FALSE(decoded->retarget.has_value());
  return std::move(decoded->animation);
}

void ExpectError(const absl::Status& status, const std::string& reason,
                 const std::string& field) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(GetErrorReason(status), reason);
  const auto details = GetErrorDetails(status);
  ASSERT_TRUE(details.has_value());
  ASSERT_FALSE(details->field_violations.empty());
  EXPECT_EQ(details->field_violations[0].field, field);
}

TEST(DecodeInputsTest, KeepsTheReferenceAndFitsThePosesToTheSpec) {
  const auto input = Decode(GreyInputs(2));
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(input->reference.width, 80);
  EXPECT_EQ(input->reference.height, 60);
  ASSERT_EQ(input->poses.size(), 2u);
  EXPECT_EQ(input->poses[0].width, 64);
  EXPECT_EQ(input->poses[0].height, 64);
  EXPECT_EQ(*input->poses[0].at(10, 10), 0);
  EXPECT_EQ(*input->poses[1].at(10, 10), 1);
}

TEST(DecodeInputsTest, IgnoresPosesBeyondTheFramesAskedFor) {
  EncodedInputs inputs = GreyInputs(2);
  inputs.poses.push_back("not a picture");
  EXPECT_EQ(Decode(inputs)->poses.size(), 2u);
}

TEST(DecodeInputsTest, FewerPosesThanFramesAreRefused) {
  ExpectError(Decode(GreyInputs(1)).status(), "POSE_COUNT_MISMATCH",
              "inputs.pose_items");
  ExpectError(Decode(GreyInputs(0)).status(), "POSE_COUNT_MISMATCH",
              "inputs.pose_items");
}

TEST(DecodeInputsTest, ABadReferenceIsNamed) {
  EncodedInputs inputs = GreyInputs(2);
  inputs.reference = "GIF or something";
  ExpectError(Decode(inputs).status(), "BAD_REFERENCE_IMAGE",
              "inputs.reference");
  inputs.reference = GreyPng(80, 60, 0).substr(0, 60);
  ExpectError(Decode(inputs).status(), "BAD_REFERENCE_IMAGE",
              "inputs.reference");
  inputs.reference = "";
  ExpectError(Decode(inputs).status(), "BAD_REFERENCE_IMAGE",
              "inputs.reference");
}

TEST(DecodeInputsTest, ABadPoseIsNamedByItsNumber) {
  EncodedInputs inputs = GreyInputs(2);
  inputs.poses[1] = "broken";
  ExpectError(Decode(inputs).status(), "BAD_POSE_IMAGE", "inputs.poses[1]");
}

TEST(DecodeInputsTest, AClipThatIsNoneIsNamed) {
  EncodedInputs inputs = GreyInputs(0);
  inputs.pose_kind = PoseKind::kVideo;
  inputs.poses = {"broken"};
  ExpectError(Decode(inputs).status(), "BAD_POSE_VIDEO", "inputs.poses[0]");
  inputs.poses.clear();
  ExpectError(Decode(inputs).status(), "POSE_COUNT_MISMATCH",
              "inputs.pose_items");
}

TEST(DecodeInputsTest, TakesTheFirstFramesOfAClip) {
  EncodedInputs inputs = GreyInputs(0);
  inputs.pose_kind = PoseKind::kVideo;
  inputs.poses = {SmallClip(5)};
  const auto input = Decode(inputs, {.num_frames = 3});
  ASSERT_TRUE(input.ok()) << input.status();
  ASSERT_EQ(input->poses.size(), 3u);
  EXPECT_EQ(input->poses[2].width, 64);
  EXPECT_EQ(input->poses[2].height, 64);
}

TEST(DecodeInputsTest, AClipShorterThanAskedForIsRefused) {
  EncodedInputs inputs = GreyInputs(0);
  inputs.pose_kind = PoseKind::kVideo;
  inputs.poses = {SmallClip(5)};
  ExpectError(Decode(inputs, {.num_frames = 6}).status(), "POSE_COUNT_MISMATCH",
              "inputs.pose_items");
}

TEST(DecodeInputsTest, PicturesLargerThanTheLimitAreRefused) {
  Limits limits;
  limits.max_input_pixels = 80 * 60 - 1;
  ExpectError(Decode(GreyInputs(2), {}, limits).status(), "BAD_REFERENCE_IMAGE",
              "inputs.reference");
}

TEST(DecodeInputsTest, StopsWhenCancelled) {
  CancellationToken token;
  token.Cancel(absl::CancelledError("stop"));
  const Limits limits;
  EXPECT_EQ(DecodeInputs(GreyInputs(2), SmallJobSpec(),
                         {.limits = limits, .token = token})
                .status()
                .code(),
            absl::StatusCode::kCancelled);
}

TEST(DecodeInputsTest, SwapsRedAndBlueOfSkeletonsThatHaveThemSwapped) {
  EncodedInputs inputs = GreyInputs(2);
  RgbImage red(64, 64);
  for (size_t i = 0; i < red.pixels.size(); i += 3) red.pixels[i] = 200;
  inputs.poses[0] = *EncodeImage(red);
  EXPECT_EQ(*Decode(inputs)->poses[0].at(3, 3), 200);
  inputs.channels = SkeletonChannels::kBgrSwapped;
  const auto input = Decode(inputs);
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(*input->poses[0].at(3, 3), 0);
  EXPECT_EQ(input->poses[0].at(3, 3)[2], 200);
}

TEST(DecodeInputsTest, DrawsKeypointsAtTheSizeOfTheJob) {
  EncodedInputs inputs = GreyInputs(0);
  inputs.pose_kind = PoseKind::kKeypoints;
  inputs.keypoints = WalkingPerson(128, 128, 2);
  const auto input = Decode(inputs);
  ASSERT_TRUE(input.ok()) << input.status();
  ASSERT_EQ(input->poses.size(), 2u);
  const RgbImage expected = RenderPose(
      {.width = 128, .height = 128, .people = {inputs.keypoints.frames[1]}}, 64,
      64);
  EXPECT_EQ(input->poses[1], expected);
  EXPECT_NE(input->poses[0], expected);
}

absl::StatusOr<DecodedInputs> DecodeFitted(const EncodedInputs& inputs,
                                           const RetargetSpec& retarget) {
  JobSpec spec = SmallJobSpec();
  spec.retarget = retarget;
  const CancellationToken token;
  const Limits limits;
  return DecodeInputs(inputs, spec, {.limits = limits, .token = token});
}

EncodedInputs SkeletonInputs() {
  EncodedInputs inputs = GreyInputs(0);
  for (const double x : {240.0, 260.0}) {
    inputs.poses.push_back(*EncodeImage(DrawPose(
        {.width = 512, .height = 512, .people = {StandingPerson(x, 490, 440)}},
        512, 512)));
  }
  return inputs;
}

TEST(DecodeInputsTest, FitsDrawnSkeletonsToTheReference) {
  RetargetSpec retarget{.mode_named = true};
  retarget.options.mode = RetargetMode::kSimilarity;
  retarget.reference_pose = StandingPerson(40, 55, 30);
  const auto decoded = DecodeFitted(SkeletonInputs(), retarget);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  ASSERT_TRUE(decoded->retarget.has_value());
  EXPECT_EQ(decoded->retarget->mode, RetargetMode::kSimilarity);
  // 30 of 60 pixels of the picture's height, on 64.
  EXPECT_NEAR(decoded->retarget->report.global_scale, 32.0 / 440.0, 0.01);
  EXPECT_NE(decoded->animation.poses, Decode(SkeletonInputs())->poses);
}

TEST(DecodeInputsTest, SkeletonsThatCannotBeFittedStayAsTheyWereDrawn) {
  // Nothing is known of the reference, nothing is drawn, nothing is asked for.
  RetargetSpec none{.mode_named = true};
  none.options.mode = RetargetMode::kNone;
  const auto no_reference = DecodeFitted(SkeletonInputs(), {});
  const auto no_skeleton = DecodeFitted(GreyInputs(2), {});
  const auto not_asked = DecodeFitted(SkeletonInputs(), none);
  ASSERT_TRUE(no_reference.ok()) << no_reference.status();
  ASSERT_TRUE(no_skeleton.ok()) << no_skeleton.status();
  ASSERT_TRUE(not_asked.ok()) << not_asked.status();
  EXPECT_EQ(no_reference->animation.poses, Decode(SkeletonInputs())->poses);
  EXPECT_EQ(no_skeleton->animation.poses, Decode(GreyInputs(2))->poses);
  EXPECT_EQ(not_asked->animation.poses, Decode(SkeletonInputs())->poses);
  EXPECT_EQ(no_reference->retarget->report.warnings.size(), 1u);
  EXPECT_EQ(no_skeleton->retarget->report.warnings.size(), 1u);
  EXPECT_TRUE(not_asked->retarget->report.warnings.empty());
  EXPECT_EQ(GetErrorReason(
                DecodeFitted(GreyInputs(2), {.mode_named = true}).status()),
            "NO_SKELETON_FOUND");
}

TEST(DecodeInputsTest, ADrivingVideoWithoutADetectorIsRefused) {
  EncodedInputs inputs = GreyInputs(0);
  inputs.pose_kind = PoseKind::kDrivingVideo;
  inputs.poses = {SmallClip(3)};
  EXPECT_EQ(GetErrorReason(Decode(inputs).status()), "POSE_KIND_UNSUPPORTED");
}

TEST(DecodeInputsTest, FindsThePoseInADrivingVideo) {
  EncodedInputs inputs = GreyInputs(0);
  inputs.pose_kind = PoseKind::kDrivingVideo;
  inputs.poses = {SmallClip(3)};
  FakePoseDetector detector(
      [](const RgbImage&) { return StandingPerson(24, 30, 28); });
  const CancellationToken token;
  const Limits limits;
  const auto decoded =
      DecodeInputs(inputs, SmallJobSpec(),
                   {.limits = limits, .token = token, .detector = &detector});
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(detector.looks(), 2) << "not at what is not needed";
  ASSERT_EQ(decoded->animation.poses.size(), 2u);
  EXPECT_EQ(
      decoded->animation.poses[0],
      RenderPose(
          {.width = 48, .height = 32, .people = {StandingPerson(24, 30, 28)}},
          64, 64));
  EXPECT_GT(decoded->tracking, absl::ZeroDuration());
}

}  // namespace
}  // namespace animate
