#include "absl/strings/str_cat.h"
#include "client/pose_commands.h"
#include "client/pose_summary.h"

namespace animate {

ExitCode PoseInfo(const PoseInfoOptions& options, const Console& console) {
  const absl::StatusOr<LoadedPoses> loaded =
      LoadPoses(options.inputs, options.read, console);
  if (!loaded.ok()) {
    return ReportLocalFault(loaded.status(), options.json, console);
  }
  nlohmann::json result = PoseSummaryJson(loaded->poses);
  result["file"] = options.inputs.front();
  result["source"] = loaded->source;
  if (loaded->pictures.has_value()) {
    result["channel_order"] = loaded->swapped ? "bgr" : "rgb";
    result["frames_without_skeleton"] = loaded->frames_without_skeleton;
  }
  std::string text = absl::StrCat(options.inputs.front(), ": ", loaded->source,
                                  "\n  ", PoseSummaryText(loaded->poses));
  for (const std::string& note : PoseSourceNotes(*loaded)) {
    absl::StrAppend(&text, "\n  ", note);
  }
  PrintPoseResult(options.json, result, text, console);
  return ExitCode::kOk;
}

}  // namespace animate
