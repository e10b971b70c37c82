#ifndef ANIMATE_TOOLS_TRAIN_RUN_REPORTER_H_
#define ANIMATE_TOOLS_TRAIN_RUN_REPORTER_H_

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engine/base/clock.h"
#include "engine/dataset/training_clip.h"
#include "engine/training/training_observer.h"
#include "engine/training/training_task.h"
#include "tools/train/metrics_log.h"
#include "tools/train/progress_line.h"
#include "tools/train/run_config.h"
#include "tools/train/run_folder.h"

namespace animate {

// Tells people and files how a run is going: progress line, metrics, loss
// curve, contact sheets, models. What cannot be written is said and does not
// end the run. Thread-compatible.
class RunReporter : public TrainingObserver {
 public:
  // All must outlive the reporter.
  struct Parts {
    const TrainingTask* task = nullptr;
    const ClipDataset* held_out = nullptr;  // shown on contact sheets
    MetricsLog* metrics = nullptr;
    std::ostream* out = nullptr;
    const Clock* clock = &Clock::Real();
  };

  RunReporter(std::string title, const RunFolder& folder,
              const ReportSettings& settings, ProgressLine::Style style,
              const Parts& parts);

  void OnStep(const TrainingProgress& progress) override;
  void OnSheetDue(int64_t step, const StateDict& average) override;
  void OnModelDue(int64_t step, const StateDict& average) override;
  void OnCheckpoint(int64_t step, const std::string& path) override;
  void OnCheckpointFailed(int64_t step, const absl::Status& status) override;

  // Draws the loss once more and ends the progress line.
  void Finish();

  // Prints a line of its own.
  void Note(absl::string_view text) { progress_.Note(text); }

 private:
  absl::Status DrawSheetClips();
  absl::Status WriteSheet(int64_t step, const StateDict& average);
  absl::Status WriteValidation(int64_t step, const StateDict& average);
  void DrawCurve();
  // Prints `status` unless it is OK.
  void Warn(absl::string_view what, const absl::Status& status);

  const std::string title_;
  const RunFolder folder_;
  const ReportSettings settings_;
  const Parts parts_;
  ProgressLine progress_;
  std::vector<TrainingClip> sheet_clips_;  // drawn when first needed
};

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_RUN_REPORTER_H_
