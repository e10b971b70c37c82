#include "server/service/upload_budget.h"

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"

namespace animate {

absl::StatusOr<UploadBudget::Reservation> UploadBudget::Reserve(int64_t bytes) {
  MutexLock lock(mutex_);
  if (bytes > capacity_ - reserved_) {
    return MakeError(
        absl::StatusCode::kResourceExhausted,
        absl::StrCat("uploads in progress leave ", capacity_ - reserved_,
                     " of ", capacity_, " bytes, this one needs ", bytes),
        {.reason = "SPOOL_FULL", .retry_after = absl::Seconds(2)});
  }
  reserved_ += bytes;
  return Reservation(this, bytes);
}

void UploadBudget::Reservation::Release() {
  if (budget_ == nullptr) return;
  MutexLock lock(budget_->mutex_);
  budget_->reserved_ -= bytes_;
  budget_ = nullptr;
}

int64_t UploadBudget::reserved() const {
  MutexLock lock(mutex_);
  return reserved_;
}

}  // namespace animate
