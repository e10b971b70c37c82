#include "tools/train/run_reporter.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/base/status_macros.h"
#include "engine/media/loss_curve.h"

namespace animate {

RunReporter::RunReporter(std::string title, const RunFolder& folder,
                         const ReportSettings& settings,
                         ProgressLine::Style style, const Parts& parts)
    : title_(std::move(title)),
      folder_(folder),
      settings_(settings),
      parts_(parts),
      progress_(*parts.out, style, *parts.clock) {}

void RunReporter::OnStep(const TrainingProgress& progress) {
  progress_.Step(progress);
  const bool last = progress.step == progress.total_steps;
  if (progress.step == 1 || progress.step % settings_.log_steps == 0 || last) {
    Warn("metrics", parts_.metrics->Append(progress, parts_.clock->Now()));
  }
  if (progress.step % settings_.curve_steps == 0) DrawCurve();
}

void RunReporter::OnSheetDue(int64_t step, const StateDict& average) {
  Warn("contact sheet", WriteSheet(step, average));
  Warn("validation", WriteValidation(step, average));
}

void RunReporter::OnModelDue(int64_t step, const StateDict& average) {
  const absl::Status written =
      parts_.task->WriteModel(folder_.model(), average);
  Warn("model", written);
  if (written.ok()) {
    progress_.Note(absl::StrCat("step ", step, ": model ", folder_.model()));
  }
}

void RunReporter::OnCheckpoint(int64_t, const std::string&) {}

void RunReporter::OnCheckpointFailed(int64_t step, const absl::Status& status) {
  Warn(absl::StrCat("step ", step, ": checkpoint, those before it are whole"),
       status);
}

void RunReporter::Finish() {
  DrawCurve();
  progress_.Finish();
}

absl::Status RunReporter::DrawSheetClips() {
  for (auto i = static_cast<int64_t>(sheet_clips_.size());
       i < settings_.sheet_clips; ++i) {
    ANIMATE_ASSIGN_OR_RETURN(TrainingClip clip, parts_.held_out->Draw(i));
    sheet_clips_.push_back(std::move(clip));
  }
  return absl::OkStatus();
}

absl::Status RunReporter::WriteSheet(int64_t step, const StateDict& average) {
  ANIMATE_RETURN_IF_ERROR(DrawSheetClips());
  ANIMATE_ASSIGN_OR_RETURN(const RgbImage sheet,
                           parts_.task->ContactSheet(sheet_clips_, average));
  ANIMATE_RETURN_IF_ERROR(WritePng(folder_.sheet(step), sheet));
  return WritePng(folder_.latest_sheet(), sheet);
}

absl::Status RunReporter::WriteValidation(int64_t step,
                                          const StateDict& average) {
  ANIMATE_RETURN_IF_ERROR(DrawSheetClips());
  ANIMATE_ASSIGN_OR_RETURN(const auto figures,
                           parts_.task->Validate(sheet_clips_, average));
  if (figures.empty()) return absl::OkStatus();
  std::string line = absl::StrCat("step ", step, ": held out");
  for (const auto& [name, value] : figures) {
    absl::StrAppend(&line, "  ", name, absl::StrFormat(" %.4g", value));
  }
  progress_.Note(line);
  return parts_.metrics->AppendValidation(step, figures, parts_.clock->Now());
}

void RunReporter::DrawCurve() {
  if (parts_.metrics->losses().empty()) return;
  const absl::StatusOr<RgbImage> curve =
      DrawLossCurve(parts_.metrics->losses(), {.title = title_});
  Warn("loss curve",
       curve.ok() ? WritePng(folder_.curve(), *curve) : curve.status());
}

void RunReporter::Warn(absl::string_view what, const absl::Status& status) {
  if (status.ok()) return;
  progress_.Note(absl::StrCat("not written: ", what, ": ", status.message()));
}

}  // namespace animate
