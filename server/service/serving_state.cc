#include "server/service/serving_state.h"

#include <utility>

#include "absl/time/time.h"
#include "engine/base/error.h"

namespace animate {
namespace {

absl::Status Unavailable(absl::string_view message, const char* reason,
                         absl::Duration retry_after) {
  return MakeError(absl::StatusCode::kUnavailable, message,
                   {.reason = reason, .retry_after = retry_after});
}

}  // namespace

ServingState::ServingState(const Limits& limits)
    : offer_(std::make_shared<Offer>(Offer{.limits = limits})) {}

void ServingState::MarkReady(Offer offer) {
  MutexLock lock(mutex_);
  if (phase_ == Phase::kLoading) phase_ = Phase::kReady;
  offer_ = std::make_shared<const Offer>(std::move(offer));
}

void ServingState::StartDraining() {
  MutexLock lock(mutex_);
  phase_ = Phase::kDraining;
}

absl::Status ServingState::Admission() const {
  MutexLock lock(mutex_);
  switch (phase_) {
    case Phase::kLoading:
      return Unavailable("the model is still loading", "NOT_READY",
                         absl::Seconds(5));
    case Phase::kDraining:
      return Unavailable("the server is shutting down", "DRAINING",
                         absl::Seconds(1));
    case Phase::kReady:
      break;
  }
  return absl::OkStatus();
}

std::shared_ptr<const Offer> ServingState::offer() const {
  MutexLock lock(mutex_);
  return offer_;
}

}  // namespace animate
