#include "server/service/create_job_parser.h"

#include <string>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "server/service/pose_conversion.h"
#include "server/service/request_parser.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

// Takes inputs apart as an upload would bring them, and announces them.
absl::StatusOr<EncodedInputs> TakeInline(const v1::InlineInputs& inputs,
                                         v1::InputManifest& manifest) {
  if (inputs.reference().empty()) {
    return FieldError("inline_inputs.reference", "is required");
  }
  EncodedInputs encoded;
  encoded.reference = inputs.reference();
  size_t bytes = encoded.reference.size();
  switch (inputs.driving_case()) {
    case v1::InlineInputs::kPoses:
      manifest.set_pose_kind(v1::POSE_KIND_KEYPOINTS);
      bytes += inputs.poses().ByteSizeLong();
      break;
    case v1::InlineInputs::kSkeletons:
      manifest.set_pose_kind(v1::POSE_KIND_IMAGES);
      manifest.set_channel_order(inputs.skeletons().order());
      for (const std::string& image : inputs.skeletons().image()) {
        encoded.poses.push_back(image);
      }
      break;
    case v1::InlineInputs::kDrivingVideo:
      manifest.set_pose_kind(v1::POSE_KIND_DRIVING_VIDEO);
      encoded.poses.push_back(inputs.driving_video().data());
      break;
    case v1::InlineInputs::kSkeletonVideo:
      manifest.set_pose_kind(v1::POSE_KIND_VIDEO);
      encoded.poses.push_back(inputs.skeleton_video());
      break;
    case v1::InlineInputs::DRIVING_NOT_SET:
      return FieldError("inline_inputs.driving", "is required");
  }
  for (const std::string& pose : encoded.poses) bytes += pose.size();
  manifest.mutable_reference();
  manifest.set_pose_items(
      inputs.has_poses() ? 1 : static_cast<uint32_t>(encoded.poses.size()));
  manifest.set_total_bytes(bytes);
  return encoded;
}

}  // namespace

absl::StatusOr<ParsedJob> ParseCreateJob(const v1::CreateJobRequest& request,
                                         const Offer& offer, uint64_t seed) {
  if (request.has_input_uris()) {
    return MakeError(
        absl::StatusCode::kUnimplemented,
        "input_uris: this server reads no inputs from elsewhere; send them",
        {.reason = "CAPABILITY_UNSUPPORTED",
         .field_violations = {{"input_uris", "use inline_inputs"}}});
  }
  if (!request.has_inline_inputs()) {
    return FieldError("inline_inputs", "is required");
  }
  const v1::InlineInputs& inputs = request.inline_inputs();
  v1::AnimateRequest::Start start;
  start.set_request_id(request.request_id());
  if (request.has_spec()) *start.mutable_spec() = request.spec();
  ANIMATE_ASSIGN_OR_RETURN(EncodedInputs encoded,
                           TakeInline(inputs, *start.mutable_inputs()));
  ANIMATE_ASSIGN_OR_RETURN(ParsedStart parsed, ParseStart(start, offer, seed));
  // Nobody's leaving means anything: nobody is there from the start.
  parsed.spec.on_disconnect = OnDisconnect::kDetach;
  const AnimationSpec& animation = parsed.spec.animation;
  encoded.pose_kind = parsed.manifest.pose_kind;
  encoded.channels = parsed.manifest.channels;
  if (encoded.pose_kind == PoseKind::kImages) {
    encoded.poses.resize(static_cast<size_t>(animation->num_frames));
  }
  if (encoded.pose_kind == PoseKind::kKeypoints) {
    ANIMATE_ASSIGN_OR_RETURN(
        encoded.keypoints,
        ParsePoseSequence(
            inputs.poses().SerializeAsString(), "inline_inputs.poses",
            {.num_frames = animation->num_frames, .fps = animation->fps}));
  }
  return ParsedJob{std::move(parsed.spec), std::move(encoded)};
}

}  // namespace animate
