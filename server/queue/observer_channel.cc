#include "server/queue/observer_channel.h"

#include <utility>

namespace animate {

void ObserverChannel::PostProgress(const JobProgress& progress) {
  MutexLock lock(mutex_);
  if (observer_ == nullptr) return;
  if (!events_.empty() && std::holds_alternative<JobProgress>(events_.back())) {
    events_.back() = progress;
    return;
  }
  events_.emplace_back(progress);
}

void ObserverChannel::PostFrame(EncodedFrame frame) {
  MutexLock lock(mutex_);
  if (observer_ != nullptr) events_.emplace_back(std::move(frame));
}

void ObserverChannel::PostReset(JobSnapshot job) {
  MutexLock lock(mutex_);
  if (observer_ != nullptr) events_.emplace_back(ResetNotice{std::move(job)});
}

void ObserverChannel::PostFinished(JobSnapshot job) {
  MutexLock lock(mutex_);
  if (observer_ != nullptr) events_.emplace_back(std::move(job));
}

void ObserverChannel::Deliver() {
  mutex_.Lock();
  if (delivering_) {
    mutex_.Unlock();
    return;
  }
  delivering_ = true;
  while (observer_ != nullptr && !events_.empty()) {
    JobObserver* const observer = observer_;
    const Event event = std::move(events_.front());
    events_.pop_front();
    // The observer may be gone as soon as it has heard the end.
    if (std::holds_alternative<JobSnapshot>(event)) observer_ = nullptr;
    calling_ = std::this_thread::get_id();
    mutex_.Unlock();
    Call(*observer, event);
    mutex_.Lock();
    calling_ = std::thread::id();
    call_ended_.SignalAll();
  }
  delivering_ = false;
  mutex_.Unlock();
}

void ObserverChannel::Close() {
  MutexLock lock(mutex_);
  observer_ = nullptr;
  events_.clear();
  while (calling_ != std::thread::id() &&
         calling_ != std::this_thread::get_id()) {
    call_ended_.Wait(mutex_);
  }
}

bool ObserverChannel::over() const {
  MutexLock lock(mutex_);
  return observer_ == nullptr && calling_ == std::thread::id();
}

void ObserverChannel::Call(JobObserver& observer, const Event& event) {
  if (const auto* progress = std::get_if<JobProgress>(&event)) {
    observer.OnProgress(*progress);
  } else if (const auto* frame = std::get_if<EncodedFrame>(&event)) {
    observer.OnFrame(*frame);
  } else if (const auto* reset = std::get_if<ResetNotice>(&event)) {
    observer.OnReset(reset->job);
  } else {
    observer.OnFinished(std::get<JobSnapshot>(event));
  }
}

}  // namespace animate
