#ifndef ANIMATE_SERVER_QUEUE_JOB_ERRORS_H_
#define ANIMATE_SERVER_QUEUE_JOB_ERRORS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/queue/job.h"

namespace animate {

// The errors with which jobs are refused or end; the reasons are part of the
// API (docs/api.md).

// CANCELLED. Reason: `reason` if that is DISCONNECTED, DEADLINE, SLOW_CONSUMER
// or DRAINING; otherwise CANCELLED, with the text in the message.
absl::Status JobCancelledError(const std::string& reason);

// DEADLINE_EXCEEDED, QUEUE_TIMEOUT.
absl::Status QueueTimeoutError();

// UNAVAILABLE, DRAINING: another server may do it.
absl::Status DrainingError(absl::string_view message);

// NOT_FOUND, JOB_NOT_FOUND.
absl::Status JobNotFoundError(const std::string& name);

// ALREADY_EXISTS, REQUEST_ID_REUSED: job `name` was made by another request of
// the same id.
absl::Status RequestIdReusedError(const std::string& name);

// FAILED_PRECONDITION, JOB_NOT_FINISHED.
absl::Status JobNotFinishedError(const std::string& name);

// ABORTED, ETAG_MISMATCH.
absl::Status EtagMismatchError(const std::string& name);

// INTERNAL, POISONED: the server died `crashes` times while it ran the job.
absl::Status PoisonedError(int crashes);

// RESOURCE_EXHAUSTED, QUEUE_FULL. `retry_after` is clamped to what is sensible.
absl::Status QueueFullError(int capacity, absl::Duration retry_after);

// RESOURCE_EXHAUSTED, SPOOL_FULL; without retry_after when `needed` bytes can
// never fit into `capacity`.
absl::Status SpoolFullError(int64_t needed, int64_t reserved, int64_t capacity,
                            absl::Duration retry_after);

// RESOURCE_EXHAUSTED, SPOOL_FULL: within the budget, but the disk, which others
// fill, too, has only `free` bytes that are not promised.
absl::Status DiskFullError(int64_t needed, int64_t free,
                           absl::Duration retry_after);

// Why a job was not stored: `status`, with a reason, and where the disk was
// full with `retry_after`, as others give room back.
absl::Status NotStoredError(const absl::Status& status,
                            absl::Duration retry_after);

// RESOURCE_EXHAUSTED, QUOTA: the principal would have more than `limit` of what
// `quota` ("waiting", "per-minute") counts. `retry_after` when time alone
// helps.
absl::Status QuotaError(absl::string_view quota, int64_t limit,
                        std::optional<absl::Duration> retry_after);

// RESOURCE_EXHAUSTED, DEADLINE_UNMEETABLE: the job would wait for `wait`,
// longer than its queue_timeout; another server may start it in time.
absl::Status DeadlineUnmeetableError(absl::Duration wait,
                                     absl::Duration queue_timeout);

// `status` with its code as the reason when it has none.
absl::Status WithReason(const absl::Status& status);

// The state of a job that was in `before` and whose worker returned `status`.
// A job asked to stop that ends with `stop_reason` is CANCELLED whatever its
// code.
JobState EndState(JobState before, const absl::Status& status,
                  const absl::Status& stop_reason);

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_JOB_ERRORS_H_
