#ifndef ANIMATE_SERVER_STORE_STORE_ERROR_H_
#define ANIMATE_SERVER_STORE_STORE_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace animate {

// NOT_FOUND, reason JOB_NOT_FOUND.
absl::Status NoSuchJobError(absl::string_view name);

// ALREADY_EXISTS, reason REQUEST_ID_REUSED: `name` is the job that is there.
absl::Status JobExistsError(absl::string_view name);

// FAILED_PRECONDITION: a job that has ended has no inputs.
absl::Status InputsGoneError(absl::string_view name);

// FAILED_PRECONDITION: frame `index` was stored where `want` is next.
absl::Status FrameOrderError(absl::string_view name, int index, int want);

// OUT_OF_RANGE: the frames of `name` are [0, frames).
absl::Status FrameRangeError(absl::string_view name, int index, int frames);

// DATA_LOSS, reason STORE_CORRUPT: `where` (a file, a place in it) does not
// hold what was stored there; `what` says how.
absl::Status StoreCorruptError(absl::string_view where, absl::string_view what);

// UNAVAILABLE, reason STORE_FAILED: doing `what` with `where` failed.
absl::Status StoreFailedError(absl::string_view where, absl::string_view what);

// The same where `where` could not be synced: what was written may be lost with
// the power. Metadata "operation" is "sync".
absl::Status StoreSyncError(absl::string_view where, absl::string_view what);

// RESOURCE_EXHAUSTED, reason SPOOL_FULL: no space left for `where`.
absl::Status StoreFullError(absl::string_view where);

// The error of a system call on `path` that left `error` in errno; `what` is
// the activity ("write").
absl::Status StoreErrnoError(absl::string_view path, absl::string_view what,
                             int error);

}  // namespace animate

#endif  // ANIMATE_SERVER_STORE_STORE_ERROR_H_
