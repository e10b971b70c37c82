#include "server/job_metrics.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "engine/base/error.h"
#include "engine/base/log.h"

namespace animate {
namespace {

// The label of animate_jobs_finished_total for an error's reason.
std::string ReasonLabel(const std::string& reason) {
  if (reason.empty()) return "none";
  if (absl::StartsWith(reason, "BAD_") || absl::StartsWith(reason, "POSE_") ||
      reason == "INVALID_FIELD" || reason == "LIMIT_EXCEEDED" ||
      reason == "NO_PERSON_FOUND" || reason == "NO_SKELETON_FOUND" ||
      reason == "INVALID_ARGUMENT") {
    return "invalid_input";
  }
  return absl::AsciiStrToLower(reason);
}

// The label of animate_jobs_rejected_total for an error's reason.
std::string RejectLabel(const std::string& reason) {
  if (reason == "DEADLINE_UNMEETABLE") return "deadline";
  return absl::AsciiStrToLower(reason);
}

}  // namespace

JobAccounting ToJobAccounting(const QueueStats& stats) {
  JobAccounting books;
  books.submitted = stats.submitted;
  books.running = stats.running;
  for (const auto& [reason, count] : stats.refused) {
    books.rejected[RejectLabel(reason)] += count;
  }
  for (const auto& [priority, count] : stats.waiting) {
    books.waiting[std::string(PriorityName(priority))] += count;
  }
  for (const auto& [ending, count] : stats.finished) {
    const auto& [state, reason] = ending;
    books.finished[{std::string(JobStateName(state)), ReasonLabel(reason)}] +=
        count;
  }
  books.oldest_submit_time = stats.oldest_submit_time;
  books.estimated_backlog = stats.estimated_backlog;
  books.output_tier = stats.durable ? "disk" : "ram";
  books.output_bytes = stats.output_bytes;
  books.output_reserved_bytes = stats.output_reserved_bytes;
  books.output_capacity_bytes = stats.output_capacity_bytes;
  return books;
}

JobMetrics::JobMetrics(Recorder& recorder, std::function<void()> on_finished)
    : recorder_(recorder), on_finished_(std::move(on_finished)) {}

void JobMetrics::OnSubmitted(const JobSnapshot& job) {
  const AnimationSpec& spec = job.spec->animation;
  Log(LogSeverity::kInfo, "job_submitted",
      {{"job", job.name},
       {"priority", PriorityName(job.spec->priority)},
       {"width", spec->width},
       {"height", spec->height},
       {"frames", spec->num_frames},
       {"steps", spec->num_inference_steps},
       {"queue_position", job.progress.queue_position}});
}

void JobMetrics::OnRecovered(const JobSnapshot& job, RecoveryOutcome outcome) {
  recorder_.JobRecovered(RecoveryOutcomeName(outcome));
  Log(LogSeverity::kWarning, "job_recovered",
      {{"job", job.name},
       {"outcome", RecoveryOutcomeName(outcome)},
       {"attempt", job.attempt},
       {"generation", job.generation},
       {"frames", job.frames}});
}

void JobMetrics::OnWorkLost(const JobSnapshot& job, absl::Duration lost) {
  recorder_.DeviceTimeWasted(WasteReason::kLost, lost);
  Log(LogSeverity::kWarning, "job_work_lost",
      {{"job", job.name}, {"device_seconds", absl::ToDoubleSeconds(lost)}});
}

void JobMetrics::OnPaused(const JobSnapshot& job) {
  Log(LogSeverity::kInfo, "job_paused",
      {{"job", job.name}, {"frames", job.frames}});
  on_finished_();
}

void JobMetrics::OnRefused(const absl::Status& why) {
  Log(LogSeverity::kWarning, "job_refused",
      {{"reason", GetErrorReason(why)}, {"message", why.message()}});
}

void JobMetrics::OnStarted(const JobSnapshot& job, absl::Duration waited) {
  recorder_.QueueWait(PriorityName(job.spec->priority), waited);
}

void JobMetrics::OnFirstFrame(const JobSnapshot&,
                              absl::Duration since_submission) {
  recorder_.FirstFrame(since_submission);
}

void JobMetrics::OnFinished(const JobSnapshot& job,
                            absl::Duration since_submission) {
  recorder_.JobFinished(JobStateName(job.state), since_submission);
  const bool our_fault = job.state == JobState::kFailed &&
                         job.error.code() != absl::StatusCode::kInvalidArgument;
  Log(our_fault ? LogSeverity::kError : LogSeverity::kInfo, "job_finished",
      {{"job", job.name},
       {"state", JobStateName(job.state)},
       {"reason", GetErrorReason(job.error)},
       {"message", job.error.message()},
       {"seconds", absl::ToDoubleSeconds(since_submission)},
       {"device_seconds", absl::ToDoubleSeconds(job.usage.device_time)}});
  on_finished_();
}

}  // namespace animate
