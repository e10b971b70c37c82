#include "absl/strings/str_cat.h"
#include "client/pose_commands.h"
#include "client/pose_summary.h"
#include "engine/base/status_macros.h"
#include "engine/pose/pose_smoothing.h"

namespace animate {
namespace {

void Smooth(PoseSmoothing smoothing, PoseSequence& poses) {
  constexpr double kDefaultFps = 24.0;
  switch (smoothing) {
    case PoseSmoothing::kNone:
      return;
    case PoseSmoothing::kSavitzkyGolay:
      SmoothSavitzkyGolay(poses);
      return;
    case PoseSmoothing::kOneEuro: {
      OneEuroFilter filter(poses.fps > 0.0 ? poses.fps : kDefaultFps);
      for (PersonPose& person : poses.frames) person = filter.Smooth(person);
      return;
    }
  }
}

absl::StatusOr<LoadedPoses> Convert(const PoseConvertOptions& options,
                                    const Console& console) {
  ANIMATE_ASSIGN_OR_RETURN(LoadedPoses loaded,
                           LoadPoses(options.inputs, options.read, console));
  Smooth(options.smoothing, loaded.poses);
  ANIMATE_RETURN_IF_ERROR(SavePoses(options.out, options.format, loaded.poses));
  ANIMATE_RETURN_IF_ERROR(WritePoseViews(
      options.views, options.inputs.front(), loaded.poses,
      loaded.pictures.has_value() ? &*loaded.pictures : nullptr));
  return loaded;
}

}  // namespace

ExitCode ConvertPoses(const PoseConvertOptions& options,
                      const Console& console) {
  const absl::StatusOr<LoadedPoses> loaded = Convert(options, console);
  if (!loaded.ok()) {
    return ReportLocalFault(loaded.status(), options.json, console);
  }
  nlohmann::json result = PoseSummaryJson(loaded->poses);
  result["out"] = options.out;
  result["source"] = loaded->source;
  if (loaded->pictures.has_value()) {
    result["channel_order"] = loaded->swapped ? "bgr" : "rgb";
    result["frames_without_skeleton"] = loaded->frames_without_skeleton;
  }
  std::string text = absl::StrCat(options.out, ": from ", loaded->source, ", ",
                                  PoseSummaryText(loaded->poses));
  for (const std::string& note : PoseSourceNotes(*loaded)) {
    absl::StrAppend(&text, "\n  ", note);
  }
  PrintPoseResult(options.json, result, text, console);
  return ExitCode::kOk;
}

}  // namespace animate
