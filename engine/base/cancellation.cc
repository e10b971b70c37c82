#include "engine/base/cancellation.h"

#include <utility>

#include "engine/base/error.h"

namespace animate {

bool CancellationToken::Cancel(absl::Status reason) {
  MutexLock lock(mutex_);
  if (cancelled_.load(std::memory_order_relaxed)) return false;
  if (reason.ok()) reason = absl::CancelledError("cancelled");
  reason_ = std::move(reason);
  cancel_time_ = clock_.Monotonic();
  cancelled_.store(true, std::memory_order_release);
  return true;
}

void CancellationToken::SetDeadline(absl::Duration deadline) {
  MutexLock lock(mutex_);
  deadline_ = deadline;
}

absl::Duration CancellationToken::deadline() const {
  MutexLock lock(mutex_);
  return deadline_;
}

absl::Status CancellationToken::Check() const {
  MutexLock lock(mutex_);
  if (cancelled_.load(std::memory_order_relaxed)) return reason_;
  if (deadline_ == absl::InfiniteDuration() || clock_.Monotonic() < deadline_) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kDeadlineExceeded,
                   "the job's deadline has passed", {.reason = "DEADLINE"});
}

absl::Duration CancellationToken::cancel_time() const {
  MutexLock lock(mutex_);
  return cancel_time_;
}

}  // namespace animate
