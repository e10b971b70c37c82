#include <optional>

#include "absl/strings/str_cat.h"
#include "client/pose_commands.h"
#include "client/pose_summary.h"
#include "client/redraw_error.h"
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

struct Converted {
  LoadedPoses loaded;
  std::optional<RedrawError> redraw;  // of drawings
};

absl::StatusOr<Converted> Convert(const PoseConvertOptions& options,
                                  const Console& console) {
  Converted converted;
  LoadedPoses& loaded = converted.loaded;
  ANIMATE_ASSIGN_OR_RETURN(loaded,
                           LoadPoses(options.inputs, options.read, console));
  Smooth(options.smoothing, loaded.poses);
  ANIMATE_RETURN_IF_ERROR(SavePoses(options.out, options.format, loaded.poses));
  ANIMATE_RETURN_IF_ERROR(WritePoseViews(
      options.views, options.inputs.front(), loaded.poses,
      loaded.pictures.has_value() ? &*loaded.pictures : nullptr));
  if (loaded.pictures.has_value()) {
    ANIMATE_ASSIGN_OR_RETURN(
        converted.redraw,
        MeasureRedraw(*loaded.pictures, loaded.poses, loaded.swapped));
  }
  return converted;
}

}  // namespace

ExitCode ConvertPoses(const PoseConvertOptions& options,
                      const Console& console) {
  const absl::StatusOr<Converted> converted = Convert(options, console);
  if (!converted.ok()) {
    return ReportLocalFault(converted.status(), options.json, console);
  }
  const LoadedPoses* const loaded = &converted->loaded;
  nlohmann::json result = PoseSummaryJson(loaded->poses);
  result["out"] = options.out;
  result["source"] = loaded->source;
  if (loaded->pictures.has_value()) {
    result["channel_order"] = loaded->swapped ? "bgr" : "rgb";
    result["frames_without_skeleton"] = loaded->frames_without_skeleton;
    result["redraw_mean_difference"] = converted->redraw->mean_difference;
    result["redraw_psnr"] = converted->redraw->psnr;
  }
  std::string text = absl::StrCat(options.out, ": from ", loaded->source, ", ",
                                  PoseSummaryText(loaded->poses));
  if (converted->redraw.has_value()) {
    absl::StrAppend(&text, "\n  ", RedrawErrorText(*converted->redraw));
  }
  for (const std::string& note : PoseSourceNotes(*loaded)) {
    absl::StrAppend(&text, "\n  ", note);
  }
  PrintPoseResult(options.json, result, text, console);
  return ExitCode::kOk;
}

}  // namespace animate
