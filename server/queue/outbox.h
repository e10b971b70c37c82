#ifndef ANIMATE_SERVER_QUEUE_OUTBOX_H_
#define ANIMATE_SERVER_QUEUE_OUTBOX_H_

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "server/queue/job_listener.h"
#include "server/queue/observer_channel.h"

namespace animate {

// Collects under a lock what listener and observers are to hear, and tells
// them once the lock is released. One per operation, on the stack.
class Outbox {
 public:
  // `listener` may be null.
  explicit Outbox(JobListener* listener) : listener_(listener) {}

  // `call` is made with the listener, before any observer is called.
  void Tell(std::function<void(JobListener&)> call) {
    if (listener_ != nullptr) calls_.push_back(std::move(call));
  }

  // Events were posted to `channel`.
  void Deliver(std::shared_ptr<ObserverChannel> channel) {
    channels_.push_back(std::move(channel));
  }

  // `job` has ended; the last event for `channel`.
  void Finish(std::shared_ptr<ObserverChannel> channel, JobSnapshot job) {
    endings_.emplace_back(std::move(channel), std::move(job));
  }

  // Keeps `value` alive until the outbox is sent: for what is slow to destroy.
  void Keep(std::shared_ptr<void> value) { kept_.push_back(std::move(value)); }

  // Call without locks, once.
  void Send() {
    for (const auto& call : calls_) call(*listener_);
    for (auto& [channel, job] : endings_) {
      channel->PostFinished(std::move(job));
      channels_.push_back(std::move(channel));
    }
    for (const auto& channel : channels_) channel->Deliver();
    kept_.clear();
  }

 private:
  JobListener* const listener_;
  std::vector<std::function<void(JobListener&)>> calls_;
  std::vector<std::shared_ptr<ObserverChannel>> channels_;
  std::vector<std::pair<std::shared_ptr<ObserverChannel>, JobSnapshot>>
      endings_;
  std::vector<std::shared_ptr<void>> kept_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_OUTBOX_H_
