#include "tools/train/metrics_log.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/weights/atomic_file.h"

namespace animate {
namespace {

absl::Status LogError(const std::string& path, const char* what) {
  return absl::UnavailableError(
      absl::StrCat(path, ": ", what, ": ", std::strerror(errno)));
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

// Infinity and NaN, which JSON lacks, become null.
nlohmann::ordered_json LineOf(const TrainingProgress& progress,
                              absl::Time time) {
  nlohmann::ordered_json line = {{"step", progress.step},
                                 {"loss", progress.loss},
                                 {"details", progress.details},
                                 {"lr", progress.learning_rate},
                                 {"grad_norm", progress.gradient_norm},
                                 {"images_per_s", progress.images_per_second},
                                 {"seconds", progress.seconds},
                                 {"time", TimeText(time)}};
  if (progress.loss_scale != 1.0) line["loss_scale"] = progress.loss_scale;
  if (progress.skipped) line["skipped"] = true;
  if (progress.skipped_sources > 0) {
    line["unreadable_files"] = progress.skipped_sources;
  }
  return line;
}

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsLog>> MetricsLog::Open(
    const std::string& path, int64_t steps_done) {
  std::unique_ptr<MetricsLog> log(new MetricsLog(path));
  std::string kept;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const nlohmann::json json =
        nlohmann::json::parse(line, /*cb=*/nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("step") ||
        !json["step"].is_number_integer()) {
      continue;
    }
    const auto step = json["step"].get<int64_t>();
    if (step > steps_done) continue;
    kept += line + "\n";
    if (!json.contains("loss")) continue;
    const nlohmann::json& loss = json["loss"];
    log->losses_.push_back(
        {.step = step,
         .loss = loss.is_number() ? loss.get<double>()
                                  : std::numeric_limits<double>::quiet_NaN()});
  }
  in.close();
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file,
                           AtomicFile::Create(path));
  ANIMATE_RETURN_IF_ERROR(file->Write(kept.data(), kept.size()));
  ANIMATE_RETURN_IF_ERROR(file->Commit());
  log->file_.open(path, std::ios::app);
  if (!log->file_) return LogError(path, "cannot be opened");
  return log;
}

absl::Status MetricsLog::Append(const TrainingProgress& progress,
                                absl::Time time) {
  losses_.push_back({.step = progress.step, .loss = progress.loss});
  return Write(LineOf(progress, time).dump());
}

absl::Status MetricsLog::AppendValidation(
    int64_t step, const std::map<std::string, double>& figures,
    absl::Time time) {
  const nlohmann::ordered_json line = {
      {"step", step}, {"validation", figures}, {"time", TimeText(time)}};
  return Write(line.dump());
}

absl::Status MetricsLog::Write(const std::string& line) {
  file_ << line << std::endl;
  if (!file_) {
    file_.clear();
    return LogError(path_, "cannot be written");
  }
  return absl::OkStatus();
}

}  // namespace animate
