#include "server/worker/input_decoder.h"

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "engine/media/video_encoder.h"
#include "tests/support/job_inputs.h"
#include "tests/support/job_specs.h"
#include "tests/support/test_pictures.h"

namespace animate {
namespace {

absl::StatusOr<AnimationInput> Decode(const EncodedInputs& inputs,
                                      const SmallJob& job = {},
                                      const Limits& limits = {}) {
  const CancellationToken token;
  return DecodeInputs(inputs, SmallAnimationSpec(job), limits, token);
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

// A clip of `frames` frames.
std::string Clip(int frames) {
  const std::string path = TempPath("input_decoder_test.mp4");
  auto encoder = VideoEncoder::Create(path, {.width = 48, .height = 32});
  EXPECT_TRUE(encoder.ok()) << encoder.status();
  for (int i = 0; i < frames; ++i) {
    EXPECT_TRUE((*encoder)->Add(MovingPicture(48, 32, i)).ok());
  }
  EXPECT_TRUE((*encoder)->Finish().ok());
  return ReadFile(path);
}

TEST(DecodeInputsTest, TakesTheFirstFramesOfAClip) {
  EncodedInputs inputs = GreyInputs(0);
  inputs.pose_kind = PoseKind::kVideo;
  inputs.poses = {Clip(5)};
  const auto input = Decode(inputs, {.num_frames = 3});
  ASSERT_TRUE(input.ok()) << input.status();
  ASSERT_EQ(input->poses.size(), 3u);
  EXPECT_EQ(input->poses[2].width, 64);
  EXPECT_EQ(input->poses[2].height, 64);
}

TEST(DecodeInputsTest, AClipShorterThanAskedForIsRefused) {
  EncodedInputs inputs = GreyInputs(0);
  inputs.pose_kind = PoseKind::kVideo;
  inputs.poses = {Clip(5)};
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
  EXPECT_EQ(DecodeInputs(GreyInputs(2), SmallAnimationSpec(), {}, token)
                .status()
                .code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace animate
