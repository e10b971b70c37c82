#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/local_file.h"
#include "client/output_writer.h"
#include "client/pose_commands.h"
#include "client/pose_summary.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

// The reference's pose, and its picture where there is one.
struct Reference {
  ReferencePose pose;
  std::optional<PosePictures> picture;
  bool detected = false;
};

absl::StatusOr<Reference> Detect(PosePictures pictures,
                                 const PoseRetargetOptions& options) {
  Reference reference{.detected = true};
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<PoseDetector> detector,
                           LoadPoseDetector(options.detector));
  ANIMATE_RETURN_IF_ERROR(
      pictures
          .ForEach(1,
                   [&](int, const RgbImage& picture) -> absl::Status {
                     ANIMATE_ASSIGN_OR_RETURN(
                         const PoseFrame found,
                         detector->DetectPerson(picture, {}));
                     reference.pose = {found.width, found.height,
                                       found.people.front()};
                     return absl::OkStatus();
                   })
          .status());
  reference.picture = std::move(pictures);
  return reference;
}

// A picture is a drawn skeleton or a photo of the character; other files hold
// keypoints, of which the first frame with a person counts.
absl::StatusOr<Reference> ReadReference(const PoseRetargetOptions& options,
                                        const Console& console) {
  const std::string& path = options.reference;
  PoseFileOptions read = options.read;
  if (PosePictures::IsPictures(path)) {
    ANIMATE_ASSIGN_OR_RETURN(PosePictures pictures, PosePictures::Open(path));
    read.max_frames = 1;
    if (!LoadPoses({path}, read, console).ok()) {
      return Detect(std::move(pictures), options);
    }
  }
  ANIMATE_ASSIGN_OR_RETURN(const LoadedPoses loaded,
                           LoadPoses({path}, read, console));
  Reference reference;
  for (const PersonPose& person : loaded.poses.frames) {
    if (person == PersonPose()) continue;
    reference.pose = {loaded.poses.width, loaded.poses.height, person};
    return reference;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": there is no person in the reference"));
}

nlohmann::json ReportJson(const PoseRetargetOptions& options,
                          const RetargetReport& report, bool detected) {
  return {{"mode", RetargetModeName(options.retarget.mode)},
          {"global_scale", report.global_scale},
          {"ratio", report.ratio},
          {"clamped", report.clamped},
          {"root", report.root},
          {"anchor_frame", report.anchor_frame},
          {"ground_locked", report.ground_locked},
          {"outside", report.outside},
          {"reference_detected", detected},
          {"warnings", report.warnings}};
}

std::string ReportText(const PoseRetargetOptions& options,
                       const RetargetReport& report) {
  std::string text = absl::StrFormat(
      "%s, scale %.3f, root %s, anchor frame %d%s",
      RetargetModeName(options.retarget.mode), report.global_scale, report.root,
      report.anchor_frame, report.ground_locked ? ", feet on the ground" : "");
  if (!report.ratio.empty()) {
    absl::StrAppend(
        &text, "\n  ",
        absl::StrJoin(
            report.ratio, ", ", [](std::string* out, const auto& ratio) {
              absl::StrAppendFormat(out, "%s %.2f", ratio.first, ratio.second);
            }));
  }
  if (!report.clamped.empty()) {
    absl::StrAppend(&text,
                    "\n  clamped: ", absl::StrJoin(report.clamped, ", "));
  }
  if (report.outside > 0.0) {
    absl::StrAppendFormat(&text,
                          "\n  %.1f %% of the joints are outside of the "
                          "picture",
                          100.0 * report.outside);
  }
  for (const std::string& warning : report.warnings) {
    absl::StrAppend(&text, "\n  ", warning);
  }
  return text;
}

struct Retargeted {
  RetargetResult result;
  nlohmann::json report;
};

absl::StatusOr<Retargeted> RetargetFiles(const PoseRetargetOptions& options,
                                         const Console& console) {
  ANIMATE_ASSIGN_OR_RETURN(const LoadedPoses driving,
                           LoadPoses(options.inputs, options.read, console));
  ANIMATE_ASSIGN_OR_RETURN(const Reference reference,
                           ReadReference(options, console));
  Retargeted retargeted;
  ANIMATE_ASSIGN_OR_RETURN(
      retargeted.result,
      Retarget(driving.poses, reference.pose, options.retarget));
  const PoseSequence& poses = retargeted.result.poses;
  retargeted.report =
      ReportJson(options, retargeted.result.report, reference.detected);
  ANIMATE_RETURN_IF_ERROR(SavePoses(options.out, options.format, poses));
  if (!options.report.empty()) {
    ANIMATE_RETURN_IF_ERROR(MakeParentFolder(options.report));
    ANIMATE_RETURN_IF_ERROR(
        WriteLocalFile(options.report, retargeted.report.dump(2) + "\n"));
  }
  ANIMATE_RETURN_IF_ERROR(WritePoseViews(
      options.views,
      absl::StrCat(options.inputs.front(), "  on  ", options.reference), poses,
      reference.picture.has_value() ? &*reference.picture : nullptr));
  return retargeted;
}

}  // namespace

ExitCode RetargetPoses(const PoseRetargetOptions& options,
                       const Console& console) {
  const absl::StatusOr<Retargeted> retargeted = RetargetFiles(options, console);
  if (!retargeted.ok()) {
    return ReportLocalFault(retargeted.status(), options.json, console);
  }
  nlohmann::json result = PoseSummaryJson(retargeted->result.poses);
  result["out"] = options.out;
  result["report"] = retargeted->report;
  PrintPoseResult(
      options.json, result,
      absl::StrCat(options.out, ": ", PoseSummaryText(retargeted->result.poses),
                   "\n  ", ReportText(options, retargeted->result.report)),
      console);
  return ExitCode::kOk;
}

}  // namespace animate
