#include "server/service/create_job_parser.h"

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "tests/support/pose_messages.h"
#include "tests/support/standing_person.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

Offer SmallOffer() {
  Offer offer;
  offer.models = {ModelInfo{.name = "tiny"}};
  offer.pose_detector = "blazepose";
  return offer;
}

v1::CreateJobRequest RequestWithReference() {
  v1::CreateJobRequest request;
  request.mutable_spec()->set_frame_count(2);
  request.mutable_inline_inputs()->set_reference("reference");
  return request;
}

absl::StatusOr<ParsedJob> ParseSmall(const v1::CreateJobRequest& request) {
  return ParseCreateJob(request, SmallOffer(), 5);
}

TEST(ParseCreateJobTest, TakesSkeletonPictures) {
  v1::CreateJobRequest request = RequestWithReference();
  v1::SkeletonFrames& skeletons =
      *request.mutable_inline_inputs()->mutable_skeletons();
  for (const char* image : {"a", "b", "c"}) skeletons.add_image(image);
  skeletons.set_order(v1::CHANNEL_ORDER_AUTO);
  const auto job = ParseSmall(request);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->inputs.reference, "reference");
  EXPECT_EQ(job->inputs.pose_kind, PoseKind::kImages);
  EXPECT_EQ(job->inputs.channels, SkeletonChannels::kAuto);
  EXPECT_EQ(job->inputs.poses, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(job->spec.animation->seed, 5u);
  EXPECT_EQ(job->spec.on_disconnect, OnDisconnect::kDetach);
}

TEST(ParseCreateJobTest, TakesKeypoints) {
  v1::CreateJobRequest request = RequestWithReference();
  *request.mutable_inline_inputs()->mutable_poses() =
      SequenceMessage(WalkingPerson(64, 64, 2));
  const auto job = ParseSmall(request);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->inputs.pose_kind, PoseKind::kKeypoints);
  EXPECT_EQ(job->inputs.keypoints.frames.size(), 2u);
  EXPECT_TRUE(job->inputs.poses.empty());
}

TEST(ParseCreateJobTest, TakesClips) {
  v1::CreateJobRequest request = RequestWithReference();
  request.mutable_inline_inputs()->set_skeleton_video("clip");
  EXPECT_EQ(ParseSmall(request)->inputs.pose_kind, PoseKind::kVideo);
  request.mutable_inline_inputs()->mutable_driving_video()->set_data("clip");
  const auto job = ParseSmall(request);
  EXPECT_EQ(job->inputs.pose_kind, PoseKind::kDrivingVideo);
  EXPECT_EQ(job->inputs.poses, std::vector<std::string>{"clip"});
}

TEST(ParseCreateJobTest, NamesWhatIsMissing) {
  v1::CreateJobRequest request = RequestWithReference();
  const auto field = [&request] {
    return GetErrorDetails(ParseSmall(request).status())
        ->field_violations[0]
        .field;
  };
  EXPECT_EQ(field(), "inline_inputs.driving");
  request.mutable_inline_inputs()->mutable_skeletons()->add_image("a");
  EXPECT_EQ(GetErrorReason(ParseSmall(request).status()),
            "POSE_COUNT_MISMATCH");
  request.clear_spec();
  EXPECT_EQ(field(), "spec");
  request.mutable_inline_inputs()->clear_reference();
  EXPECT_EQ(field(), "inline_inputs.reference");
  request.clear_inline_inputs();
  EXPECT_EQ(field(), "inline_inputs");
  request.mutable_input_uris();
  EXPECT_EQ(ParseSmall(request).status().code(),
            absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace animate
