#include "server/worker/input_decoder.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/media/image_codec.h"
#include "engine/skeleton/skeleton_reader.h"
#include "server/worker/driving_video.h"
#include "server/worker/motion_fitting.h"
#include "server/worker/skeleton_decoder.h"

namespace animate {
namespace {

// The motion of a kind that has no drawn skeletons.
absl::StatusOr<PoseSequence> ReadMotion(const EncodedInputs& inputs,
                                        const AnimationSpec& spec,
                                        const DecodeEnvironment& environment,
                                        DecodedInputs& decoded) {
  if (inputs.pose_kind == PoseKind::kKeypoints) return inputs.keypoints;
  if (environment.detector == nullptr) {
    return MakeError(absl::StatusCode::kUnimplemented,
                     "inputs.pose_kind: the server has no pose detector",
                     {.reason = "POSE_KIND_UNSUPPORTED"});
  }
  if (inputs.poses.size() != 1) return PoseCountError(0, spec->num_frames);
  const absl::Duration start = environment.clock.Monotonic();
  absl::StatusOr<PoseSequence> motion =
      TrackDrivingVideo(inputs.poses.front(), spec, environment.limits,
                        *environment.detector, environment.token);
  decoded.tracking = environment.clock.Monotonic() - start;
  return motion;
}

// Fits the motion and draws it.
absl::StatusOr<std::vector<RgbImage>> DrawKeypoints(
    PoseSequence motion, const JobSpec& spec,
    const DecodeEnvironment& environment, DecodedInputs& decoded) {
  if (motion.frames.size() != static_cast<size_t>(spec.animation->num_frames)) {
    return PoseCountError(motion.frames.size(), spec.animation->num_frames);
  }
  ANIMATE_ASSIGN_OR_RETURN(
      FittedMotion fitted,
      FitMotion(std::move(motion), decoded.animation.reference, spec,
                environment.detector, environment.token));
  decoded.retarget = std::move(fitted.outcome);
  return DrawMotion(fitted.poses, spec.animation, environment.token);
}

// Skeletons are drawn anew only where something was fitted: what the caller
// drew is better than what was read back from it.
absl::StatusOr<std::vector<RgbImage>> DecodeDrawnSkeletons(
    const EncodedInputs& inputs, const JobSpec& spec,
    const DecodeEnvironment& environment, DecodedInputs& decoded) {
  const SkeletonSource source{.inputs = inputs,
                              .spec = spec.animation,
                              .limits = environment.limits,
                              .token = environment.token};
  if (!spec.retarget.has_value()) return DecodeSkeletons(source);
  if (spec.retarget->options.mode != RetargetMode::kNone) {
    absl::StatusOr<PoseSequence> motion = ReadSkeletons(source);
    if (motion.ok()) {
      ANIMATE_ASSIGN_OR_RETURN(
          std::vector<RgbImage> pictures,
          DrawKeypoints(*std::move(motion), spec, environment, decoded));
      if (decoded.retarget->mode != RetargetMode::kNone) return pictures;
      return DecodeSkeletons(source);
    }
    if (spec.retarget->mode_named ||
        GetErrorReason(motion.status()) != kNoSkeletonFound) {
      return motion.status();
    }
    decoded.retarget.emplace().report.warnings.push_back(absl::StrCat(
        "the motion is used as it is: ", motion.status().message()));
    return DecodeSkeletons(source);
  }
  decoded.retarget.emplace();
  return DecodeSkeletons(source);
}

absl::StatusOr<std::vector<RgbImage>> DecodePoses(
    const EncodedInputs& inputs, const JobSpec& spec,
    const DecodeEnvironment& environment, DecodedInputs& decoded) {
  if (inputs.pose_kind == PoseKind::kImages ||
      inputs.pose_kind == PoseKind::kVideo) {
    return DecodeDrawnSkeletons(inputs, spec, environment, decoded);
  }
  ANIMATE_ASSIGN_OR_RETURN(
      PoseSequence motion,
      ReadMotion(inputs, spec.animation, environment, decoded));
  return DrawKeypoints(std::move(motion), spec, environment, decoded);
}

}  // namespace

absl::StatusOr<DecodedInputs> DecodeInputs(
    const EncodedInputs& inputs, const JobSpec& spec,
    const DecodeEnvironment& environment) {
  DecodedInputs decoded{.animation = {.spec = spec.animation}};
  ANIMATE_ASSIGN_OR_RETURN(
      decoded.animation.reference,
      DecodeImage(inputs.reference,
                  {.max_pixels = environment.limits.max_input_pixels,
                   .field = "inputs.reference",
                   .reason = "BAD_REFERENCE_IMAGE"}));
  ANIMATE_ASSIGN_OR_RETURN(decoded.animation.poses,
                           DecodePoses(inputs, spec, environment, decoded));
  return decoded;
}

}  // namespace animate
