#ifndef ANIMATE_TOOLS_TRAIN_RUN_FOLDER_H_
#define ANIMATE_TOOLS_TRAIN_RUN_FOLDER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "engine/animation/image.h"

namespace animate {

// Where the files of a run are:
//   config.json                    what it was told, defaults included
//   checkpoints/step-<step>/       to go on from, see run_checkpoint.h
//   model/                         the newest model, moving averages
//   metrics.jsonl, loss.png        see MetricsLog, DrawLossCurve
//   sheets/step-0001000.png, …     contact sheets, the newest as latest.png
class RunFolder {
 public:
  explicit RunFolder(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string config() const { return path_ + "/config.json"; }
  std::string checkpoints() const { return path_ + "/checkpoints"; }
  std::string model() const { return path_ + "/model"; }
  std::string metrics() const { return path_ + "/metrics.jsonl"; }
  std::string curve() const { return path_ + "/loss.png"; }
  std::string sheet(int64_t step) const;
  std::string latest_sheet() const { return path_ + "/sheets/latest.png"; }

  // Makes the folders; what the file system says when it cannot.
  absl::Status Make() const;

 private:
  std::string path_;
};

// Writes `bytes` to `path` in one step.
absl::Status WriteWhole(const std::string& path, absl::string_view bytes);

// The same with `image` as PNG.
absl::Status WritePng(const std::string& path, const RgbImage& image);

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_RUN_FOLDER_H_
