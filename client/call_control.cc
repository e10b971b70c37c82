#include "client/call_control.h"

#include <utility>

namespace animate {

void CallControl::Cancel() {
  std::function<bool()> cancel_job;
  {
    MutexLock lock(mutex_);
    if (cancelled_ || done_) {
      return;
    }
    cancelled_ = true;
    changed_.SignalAll();
    cancel_job = cancel_job_;
  }
  if (!cancel_job || !cancel_job()) {
    Abandon();
  }
}

void CallControl::Abandon() {
  std::shared_ptr<grpc::ClientContext> context;
  {
    MutexLock lock(mutex_);
    cancelled_ = true;
    changed_.SignalAll();
    context = context_;
  }
  if (context != nullptr) {
    context->TryCancel();
  }
}

bool CallControl::cancelled() const {
  MutexLock lock(mutex_);
  return cancelled_;
}

bool CallControl::Begin(std::shared_ptr<grpc::ClientContext> context) {
  MutexLock lock(mutex_);
  context_ = std::move(context);
  return !cancelled_;
}

void CallControl::SetCancelJob(std::function<bool()> cancel_job) {
  MutexLock lock(mutex_);
  cancel_job_ = std::move(cancel_job);
}

bool CallControl::WaitUnlessCancelled(absl::Duration duration) {
  MutexLock lock(mutex_);
  bool time_left = true;
  while (!cancelled_ && time_left) {
    time_left = changed_.WaitWithTimeout(mutex_, duration);
  }
  return !cancelled_;
}

void CallControl::End() {
  MutexLock lock(mutex_);
  context_ = nullptr;
  cancel_job_ = nullptr;
  done_ = true;
}

}  // namespace animate
