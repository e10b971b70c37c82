#include "server/service/manifest_parser.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

absl::StatusOr<PoseKind> ParsePoseKind(const v1::InputManifest& inputs,
                                       const Offer& offer) {
  constexpr char kField[] = "inputs.pose_kind";
  constexpr char kReason[] = "POSE_KIND_UNSUPPORTED";
  switch (inputs.pose_kind()) {
    case v1::POSE_KIND_IMAGES:
      return PoseKind::kImages;
    case v1::POSE_KIND_VIDEO:
      return PoseKind::kVideo;
    case v1::POSE_KIND_KEYPOINTS:
      return PoseKind::kKeypoints;
    case v1::POSE_KIND_DRIVING_VIDEO:
      if (!offer.pose_detector.empty()) return PoseKind::kDrivingVideo;
      return MakeError(
          absl::StatusCode::kUnimplemented,
          absl::StrCat(kField, ": ", kNoPoseDetector),
          {.reason = kReason, .field_violations = {{kField, kNoPoseDetector}}});
    case v1::POSE_KIND_UNSPECIFIED:
      return FieldError(kField, "is required");
    default:
      return FieldError(kField,
                        absl::StrCat("unknown value ", inputs.pose_kind()));
  }
}

absl::Status CheckPoseItems(const v1::InputManifest& inputs, PoseKind kind,
                            int frame_count, const Limits& limits) {
  constexpr char kField[] = "inputs.pose_items";
  const uint32_t items = inputs.pose_items();
  if (kind != PoseKind::kImages) {
    if (items == 1) return absl::OkStatus();
    return FieldError(
        kField,
        absl::StrCat("must be 1 for a clip or a PoseSequence, got ", items),
        "POSE_COUNT_MISMATCH");
  }
  if (items < static_cast<uint32_t>(frame_count)) {
    return FieldError(kField,
                      absl::StrCat("must be at least spec.frame_count = ",
                                   frame_count, ", got ", items),
                      "POSE_COUNT_MISMATCH");
  }
  if (items > static_cast<uint32_t>(limits.max_frames)) {
    return FieldError(
        kField,
        absl::StrCat("must be at most ", limits.max_frames, ", got ", items),
        "LIMIT_EXCEEDED");
  }
  return absl::OkStatus();
}

absl::Status CheckReference(const v1::InputManifest& inputs) {
  if (!inputs.has_reference()) {
    return FieldError("inputs.reference", "is required");
  }
  const v1::MediaInfo& reference = inputs.reference();
  if (!reference.sha256().empty() && reference.sha256().size() != 32) {
    return FieldError(
        "inputs.reference.sha256",
        absl::StrCat("must have 32 bytes, got ", reference.sha256().size()));
  }
  if (reference.bytes() > inputs.total_bytes()) {
    return FieldError(
        "inputs.reference.bytes",
        absl::StrCat("must be at most total_bytes = ", inputs.total_bytes(),
                     ", got ", reference.bytes()));
  }
  return absl::OkStatus();
}

absl::StatusOr<SkeletonChannels> ParseChannels(const v1::InputManifest& inputs,
                                               PoseKind kind) {
  constexpr char kField[] = "inputs.channel_order";
  const bool skeletons = kind == PoseKind::kImages || kind == PoseKind::kVideo;
  switch (inputs.channel_order()) {
    case v1::CHANNEL_ORDER_UNSPECIFIED:
    case v1::CHANNEL_ORDER_RGB:
      return SkeletonChannels::kRgb;
    case v1::CHANNEL_ORDER_BGR_SWAPPED:
      if (skeletons) return SkeletonChannels::kBgrSwapped;
      break;
    case v1::CHANNEL_ORDER_AUTO:
      if (skeletons) return SkeletonChannels::kAuto;
      break;
    default:
      return FieldError(kField,
                        absl::StrCat("unknown value ", inputs.channel_order()));
  }
  return FieldError(kField,
                    "must be CHANNEL_ORDER_RGB unless the poses are drawn "
                    "skeletons");
}

}  // namespace

absl::StatusOr<UploadManifest> ParseManifest(const v1::InputManifest& inputs,
                                             int frame_count,
                                             const Offer& offer) {
  const Limits& limits = offer.limits;
  UploadManifest manifest;
  ANIMATE_ASSIGN_OR_RETURN(manifest.pose_kind, ParsePoseKind(inputs, offer));
  ANIMATE_RETURN_IF_ERROR(
      CheckPoseItems(inputs, manifest.pose_kind, frame_count, limits));
  if (inputs.total_bytes() < 1 ||
      inputs.total_bytes() > static_cast<uint64_t>(limits.max_upload_bytes)) {
    return FieldError("inputs.total_bytes",
                      absl::StrCat("must be in [1, ", limits.max_upload_bytes,
                                   "], got ", inputs.total_bytes()),
                      "LIMIT_EXCEEDED");
  }
  ANIMATE_RETURN_IF_ERROR(CheckReference(inputs));
  ANIMATE_ASSIGN_OR_RETURN(manifest.channels,
                           ParseChannels(inputs, manifest.pose_kind));
  manifest.pose_items = inputs.pose_items();
  manifest.total_bytes = inputs.total_bytes();
  manifest.reference_bytes = inputs.reference().bytes();
  manifest.reference_sha256 = inputs.reference().sha256();
  return manifest;
}

}  // namespace animate
