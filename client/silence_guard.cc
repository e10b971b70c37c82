#include "client/silence_guard.h"

#include "engine/base/clock.h"

namespace animate {

SilenceGuard::SilenceGuard(grpc::ClientContext& context, absl::Duration limit)
    : context_(context), limit_(limit) {
  if (limit_ < absl::InfiniteDuration()) {
    watcher_ = std::thread([this] { Watch(); });
  }
}

SilenceGuard::~SilenceGuard() {
  {
    MutexLock lock(mutex_);
    ended_ = true;
    ended_changed_.Signal();
  }
  if (watcher_.joinable()) watcher_.join();
}

bool SilenceGuard::fired() const {
  MutexLock lock(mutex_);
  return fired_;
}

void SilenceGuard::Begin() {
  MutexLock lock(mutex_);
  waiting_since_ = Clock::Real().Monotonic();
}

void SilenceGuard::End() {
  MutexLock lock(mutex_);
  waiting_since_.reset();
}

// Nobody signals when a wait begins or ends: looking again after the time that
// is left at least is often enough, and costs a message nothing.
void SilenceGuard::Watch() {
  MutexLock lock(mutex_);
  while (!ended_) {
    absl::Duration left = limit_;
    if (waiting_since_.has_value()) {
      left = *waiting_since_ + limit_ - Clock::Real().Monotonic();
    }
    if (left <= absl::ZeroDuration()) {
      fired_ = true;
      context_.TryCancel();
      return;
    }
    ended_changed_.WaitWithTimeout(mutex_, left);
  }
}

}  // namespace animate
