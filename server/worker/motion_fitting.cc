#include "server/worker/motion_fitting.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/media/pose_drawing.h"
#include "engine/raster/pillow_resize.h"

namespace animate {
namespace {

constexpr char kReferencePoseField[] = "spec.retarget.reference_pose";

// Longer side at which a person is looked for in a huge picture.
constexpr int kDetectionSide = 2048;

PersonPose Scaled(PersonPose person, double x, double y) {
  ForEachKeypoint(person, [&](Keypoint& point) {
    if (point.confidence <= 0.0) return;
    point.x *= x;
    point.y *= y;
  });
  return person;
}

// The reference's pose in pixels of the job's frames, and where it is from.
struct KnownReference {
  ReferencePose pose;
  bool detected = false;
};

absl::StatusOr<KnownReference> SentReference(const RetargetSpec& retarget,
                                             const RgbImage& reference,
                                             const AnimationSpec& spec) {
  const double unit_x =
      retarget.reference_normalized ? 1.0 : 1.0 / reference.width;
  const double unit_y =
      retarget.reference_normalized ? 1.0 : 1.0 / reference.height;
  const PersonPose person = Scaled(*retarget.reference_pose,
                                   spec->width * unit_x, spec->height * unit_y);
  if (const absl::Status status = CheckPerson(person); !status.ok()) {
    return FieldError(
        kReferencePoseField,
        absl::StrCat("in pixels of the frames, ", status.message()));
  }
  return KnownReference{
      .pose = {.width = spec->width, .height = spec->height, .person = person}};
}

absl::StatusOr<PoseFrame> DetectReference(const RgbImage& reference,
                                          PoseDetector& detector,
                                          const CancellationToken& token) {
  const DetectOptions options{.cancellation = &token};
  const int longer = std::max(reference.width, reference.height);
  if (longer <= kMaxPoseSide) return detector.DetectPerson(reference, options);
  const auto shrunk = [longer](int side) {
    return std::max(1,
                    static_cast<int>(int64_t{side} * kDetectionSide / longer));
  };
  return detector.DetectPerson(
      PillowResize(reference, shrunk(reference.width), shrunk(reference.height),
                   ResampleFilter::kBilinear),
      options);
}

absl::StatusOr<KnownReference> FindReference(const RgbImage& reference,
                                             const AnimationSpec& spec,
                                             PoseDetector* detector,
                                             const CancellationToken& token) {
  if (detector == nullptr) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat(kReferencePoseField,
                     ": is not sent, and the server has no pose detector"),
        {.reason = kPoseDetectorMissing});
  }
  const absl::StatusOr<PoseFrame> found =
      DetectReference(reference, *detector, token);
  if (GetErrorReason(found.status()) == kNoPersonFound) {
    return FieldError("inputs.reference",
                      "nobody is found in it; send "
                      "spec.retarget.reference_pose or choose MODE_NONE",
                      kNoPersonFound);
  }
  ANIMATE_RETURN_IF_ERROR(found.status());
  const PersonPose person = Scaled(
      found->people.front(), static_cast<double>(spec->width) / found->width,
      static_cast<double>(spec->height) / found->height);
  return KnownReference{
      .pose = {.width = spec->width, .height = spec->height, .person = person},
      .detected = true};
}

// Why a motion whose fitting was left to us can stay as it is.
bool CanDoWithout(const absl::Status& status) {
  const std::string reason = GetErrorReason(status);
  return reason == kNoPersonFound || reason == kPoseDetectorMissing;
}

}  // namespace

absl::StatusOr<FittedMotion> FitMotion(PoseSequence motion,
                                       const RgbImage& reference,
                                       const JobSpec& spec,
                                       PoseDetector* detector,
                                       const CancellationToken& token) {
  if (!spec.retarget.has_value())
    return FittedMotion{.poses = std::move(motion)};
  const RetargetSpec& retarget = *spec.retarget;
  RetargetOptions options = retarget.options;
  // The one thing that is needed of a reference when nothing is fitted.
  KnownReference known{.pose = {.width = spec.animation->width,
                                .height = spec.animation->height}};
  std::string warning;
  if (options.mode != RetargetMode::kNone) {
    absl::StatusOr<KnownReference> reference_pose =
        retarget.reference_pose.has_value()
            ? SentReference(retarget, reference, spec.animation)
            : FindReference(reference, spec.animation, detector, token);
    if (reference_pose.ok()) {
      known = *std::move(reference_pose);
    } else if (!retarget.mode_named && CanDoWithout(reference_pose.status())) {
      options.mode = RetargetMode::kNone;
      warning = absl::StrCat("the motion is used as it is: ",
                             reference_pose.status().message());
    } else {
      return reference_pose.status();
    }
  }
  ANIMATE_ASSIGN_OR_RETURN(RetargetResult result,
                           Retarget(motion, known.pose, options));
  if (!warning.empty()) result.report.warnings.push_back(std::move(warning));
  return FittedMotion{
      .poses = std::move(result.poses),
      .outcome = RetargetOutcome{.mode = options.mode,
                                 .reference_detected = known.detected,
                                 .report = std::move(result.report)}};
}

absl::StatusOr<std::vector<RgbImage>> DrawMotion(
    const PoseSequence& motion, const AnimationSpec& spec,
    const CancellationToken& token) {
  std::vector<RgbImage> pictures;
  pictures.reserve(motion.frames.size());
  for (const PersonPose& person : motion.frames) {
    ANIMATE_RETURN_IF_ERROR(token.Check());
    pictures.push_back(RenderPose(
        {.width = motion.width, .height = motion.height, .people = {person}},
        spec->width, spec->height));
  }
  return pictures;
}

}  // namespace animate
