#include "server/queue/job_errors.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"

namespace animate {
namespace {

// Nobody gains from trying again sooner, and nobody should give up for longer.
constexpr absl::Duration kMinRetry = absl::Seconds(1);
constexpr absl::Duration kMaxRetry = absl::Minutes(5);

// Reasons for which the server itself cancels jobs.
constexpr std::array<absl::string_view, 4> kCancelReasons = {
    "DISCONNECTED", "DEADLINE", "SLOW_CONSUMER", "DRAINING"};

}  // namespace

absl::Status JobCancelledError(const std::string& reason) {
  constexpr absl::string_view kMessage = "the job was cancelled";
  if (std::find(kCancelReasons.begin(), kCancelReasons.end(), reason) !=
      kCancelReasons.end()) {
    return MakeError(absl::StatusCode::kCancelled, kMessage,
                     {.reason = reason});
  }
  return MakeError(absl::StatusCode::kCancelled,
                   reason.empty() ? std::string(kMessage)
                                  : absl::StrCat(kMessage, ": ", reason),
                   {.reason = "CANCELLED"});
}

absl::Status QueueTimeoutError() {
  return MakeError(absl::StatusCode::kDeadlineExceeded,
                   "the job waited longer than its queue_timeout",
                   {.reason = "QUEUE_TIMEOUT"});
}

absl::Status DrainingError(absl::string_view message) {
  return MakeError(absl::StatusCode::kUnavailable, message,
                   {.reason = "DRAINING", .retry_after = kMinRetry});
}

absl::Status JobNotFoundError(const std::string& name) {
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat("there is no job \"", name, "\""),
                   {.reason = "JOB_NOT_FOUND"});
}

absl::Status RequestIdReusedError(const std::string& name) {
  return MakeError(
      absl::StatusCode::kAlreadyExists,
      absl::StrCat("request_id: another request had the same one; it is \"",
                   name, "\""),
      {.reason = "REQUEST_ID_REUSED", .metadata = {{"job", name}}});
}

absl::Status JobNotFinishedError(const std::string& name) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("\"", name, "\" has not ended: cancel it before"),
      {.reason = "JOB_NOT_FINISHED"});
}

absl::Status EtagMismatchError(const std::string& name) {
  return MakeError(absl::StatusCode::kAborted,
                   absl::StrCat("\"", name, "\" has another etag by now"),
                   {.reason = "ETAG_MISMATCH"});
}

absl::Status PoisonedError(int crashes) {
  return MakeError(absl::StatusCode::kInternal,
                   absl::StrCat("the server died ", crashes,
                                " times in a row while it ran this job"),
                   {.reason = "POISONED"});
}

absl::Status QueueFullError(int capacity, absl::Duration retry_after) {
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("the queue is full: ", capacity, " jobs are waiting"),
      {.reason = "QUEUE_FULL",
       .retry_after = std::clamp(retry_after, kMinRetry, kMaxRetry),
       .metadata = {{"limit", absl::StrCat(capacity)}}});
}

absl::Status SpoolFullError(int64_t needed, int64_t reserved, int64_t capacity,
                            absl::Duration retry_after) {
  ErrorDetails details = {.reason = "SPOOL_FULL",
                          .metadata = {{"limit", absl::StrCat(capacity)},
                                       {"needed", absl::StrCat(needed)}}};
  if (needed <= capacity) {
    details.retry_after = std::clamp(retry_after, kMinRetry, kMaxRetry);
  }
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("no room for inputs and frames: the job may need ", needed,
                   " bytes, ", reserved, " of ", capacity, " are taken"),
      details);
}

absl::Status DiskFullError(int64_t needed, int64_t free,
                           absl::Duration retry_after) {
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("the disk is full: the job may need ", needed, " bytes, ",
                   std::max<int64_t>(0, free), " are free"),
      {.reason = "SPOOL_FULL",
       .retry_after = std::clamp(retry_after, kMinRetry, kMaxRetry),
       .metadata = {{"needed", absl::StrCat(needed)}}});
}

absl::Status NotStoredError(const absl::Status& status,
                            absl::Duration retry_after) {
  std::optional<ErrorDetails> details = GetErrorDetails(status);
  if (!details.has_value() || details->reason != "SPOOL_FULL") {
    return WithReason(status);
  }
  details->retry_after = std::clamp(retry_after, kMinRetry, kMaxRetry);
  return MakeError(status.code(), status.message(), *details);
}

absl::Status QuotaError(absl::string_view quota, int64_t limit,
                        std::optional<absl::Duration> retry_after) {
  ErrorDetails details = {.reason = "QUOTA",
                          .metadata = {{"quota", std::string(quota)},
                                       {"limit", absl::StrCat(limit)}}};
  if (retry_after.has_value()) {
    details.retry_after = std::clamp(*retry_after, kMinRetry, kMaxRetry);
  }
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat("the caller's quota \"", quota, "\" is ", limit,
                                ", and this job would exceed it"),
                   details);
}

absl::Status DeadlineUnmeetableError(absl::Duration wait,
                                     absl::Duration queue_timeout) {
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("spec.queue_timeout is ",
                   absl::FormatDuration(queue_timeout),
                   ", but the job would start in about ",
                   absl::FormatDuration(absl::Ceil(wait, absl::Seconds(1)))),
      {.reason = "DEADLINE_UNMEETABLE",
       .retry_after = std::clamp(wait - queue_timeout, kMinRetry, kMaxRetry),
       .metadata = {
           {"eta_seconds", absl::StrCat(absl::ToInt64Seconds(wait))}}});
}

absl::Status WithReason(const absl::Status& status) {
  if (status.ok() || !GetErrorReason(status).empty()) return status;
  return MakeError(status.code(), status.message(),
                   {.reason = absl::StatusCodeToString(status.code())});
}

JobState EndState(JobState before, const absl::Status& status,
                  const absl::Status& stop_reason) {
  if (status.ok()) return JobState::kSucceeded;
  if (before == JobState::kCancelling && status == stop_reason) {
    return JobState::kCancelled;
  }
  switch (status.code()) {
    case absl::StatusCode::kCancelled:
      return JobState::kCancelled;
    case absl::StatusCode::kDeadlineExceeded:
      return JobState::kExpired;
    default:
      return JobState::kFailed;
  }
}

}  // namespace animate
