#include "server/worker/input_decoder.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/media/image_codec.h"
#include "engine/media/video_decoder.h"
#include "engine/raster/pillow_resize.h"

namespace animate {
namespace {

absl::Status PoseCountError(size_t have, int want) {
  const std::string text = absl::StrCat("got ", have, " pose frames, want ",
                                        want, " (spec.frame_count)");
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("inputs.pose_items: ", text),
                   {.reason = "POSE_COUNT_MISMATCH",
                    .field_violations = {{"inputs.pose_items", text},
                                         {"spec.frame_count", text}}});
}

RgbImage FitToSpec(const RgbImage& pose, const AnimationSpec& spec) {
  return PillowResize(pose, spec->width, spec->height,
                      ResampleFilter::kLanczos);
}

absl::StatusOr<std::vector<RgbImage>> DecodePoseImages(
    const EncodedInputs& inputs, const AnimationSpec& spec,
    const Limits& limits, const CancellationToken& token) {
  const auto wanted = static_cast<size_t>(spec->num_frames);
  if (inputs.poses.size() < wanted) {
    return PoseCountError(inputs.poses.size(), spec->num_frames);
  }
  std::vector<RgbImage> poses;
  poses.reserve(wanted);
  for (size_t i = 0; i < wanted; ++i) {
    ANIMATE_RETURN_IF_ERROR(token.Check());
    ANIMATE_ASSIGN_OR_RETURN(
        const RgbImage pose,
        DecodeImage(inputs.poses[i],
                    {.max_pixels = limits.max_input_pixels,
                     .field = absl::StrCat("inputs.poses[", i, "]"),
                     .reason = "BAD_POSE_IMAGE"}));
    poses.push_back(FitToSpec(pose, spec));
  }
  return poses;
}

absl::StatusOr<std::vector<RgbImage>> DecodePoseVideo(
    const EncodedInputs& inputs, const AnimationSpec& spec,
    const Limits& limits, const CancellationToken& token) {
  if (inputs.poses.size() != 1) {
    return PoseCountError(0, spec->num_frames);
  }
  std::vector<RgbImage> poses;
  ANIMATE_RETURN_IF_ERROR(DecodeVideo(inputs.poses.front(),
                                      {.max_frames = spec->num_frames,
                                       .max_pixels = limits.max_input_pixels,
                                       .field = "inputs.poses[0]",
                                       .reason = "BAD_POSE_VIDEO"},
                                      [&](int, RgbImage pose) {
                                        poses.push_back(FitToSpec(pose, spec));
                                        return token.Check();
                                      })
                              .status());
  if (poses.size() < static_cast<size_t>(spec->num_frames)) {
    return PoseCountError(poses.size(), spec->num_frames);
  }
  return poses;
}

}  // namespace

absl::StatusOr<AnimationInput> DecodeInputs(const EncodedInputs& inputs,
                                            const AnimationSpec& spec,
                                            const Limits& limits,
                                            const CancellationToken& token) {
  ANIMATE_ASSIGN_OR_RETURN(
      RgbImage reference,
      DecodeImage(inputs.reference, {.max_pixels = limits.max_input_pixels,
                                     .field = "inputs.reference",
                                     .reason = "BAD_REFERENCE_IMAGE"}));
  ANIMATE_ASSIGN_OR_RETURN(std::vector<RgbImage> poses,
                           inputs.pose_kind == PoseKind::kVideo
                               ? DecodePoseVideo(inputs, spec, limits, token)
                               : DecodePoseImages(inputs, spec, limits, token));
  return AnimationInput{.spec = spec,
                        .reference = std::move(reference),
                        .poses = std::move(poses)};
}

}  // namespace animate
