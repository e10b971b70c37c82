#ifndef ANIMATE_TOOLS_TRAIN_METRICS_LOG_H_
#define ANIMATE_TOOLS_TRAIN_METRICS_LOG_H_

#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/media/loss_curve.h"
#include "engine/training/training_observer.h"

namespace animate {

// The log of a run: a file of one JSON object per line,
//   {"step":200,"loss":0.41,"details":{…},"lr":0.001,"grad_norm":1.2,
//    "images_per_s":31.5,"seconds":0.5,"time":"2026-01-02T03:04:05.678Z"}
// and "loss_scale", "skipped", "unreadable_files" where there is something to
// tell,
// that a run continues where it is resumed. Thread-compatible.
class MetricsLog {
 public:
  // Opens the log at `path` for a run that has done `steps_done` steps: keeps
  // the lines of those and drops later ones, which the run will write again,
  // and half a line that a crash left. Errors: what the file system says.
  static absl::StatusOr<std::unique_ptr<MetricsLog>> Open(
      const std::string& path, int64_t steps_done);

  // Writes a line; it is in the file when this returns. `time`: the wall clock.
  absl::Status Append(const TrainingProgress& progress, absl::Time time);

  // Writes a line {"step":…,"validation":{…},"time":…}.
  absl::Status AppendValidation(int64_t step,
                                const std::map<std::string, double>& figures,
                                absl::Time time);

  // The losses of all lines, in order.
  const std::vector<LossPoint>& losses() const { return losses_; }

 private:
  explicit MetricsLog(std::string path) : path_(std::move(path)) {}

  absl::Status Write(const std::string& line);

  const std::string path_;
  std::ofstream file_;
  std::vector<LossPoint> losses_;
};

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_METRICS_LOG_H_
