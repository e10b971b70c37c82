#ifndef ANIMATE_SERVER_QUEUE_JOB_READERS_H_
#define ANIMATE_SERVER_QUEUE_JOB_READERS_H_

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "server/queue/observer_channel.h"
#include "server/queue/outbox.h"

namespace animate {

// Whoever listens to one job. Posting never calls out: the outbox does, later
// and without locks. Thread-compatible.
class JobReaders {
 public:
  // Returns the channel of `observer`, which is not null.
  std::shared_ptr<ObserverChannel> Add(JobObserver* observer) {
    readers_.emplace_back(observer,
                          std::make_shared<ObserverChannel>(observer));
    return readers_.back().second;
  }

  // Returns the channel to be closed, null when there is no such reader.
  std::shared_ptr<ObserverChannel> Remove(JobObserver* observer) {
    for (auto reader = readers_.begin(); reader != readers_.end(); ++reader) {
      if (reader->first != observer) continue;
      std::shared_ptr<ObserverChannel> channel = std::move(reader->second);
      readers_.erase(reader);
      return channel;
    }
    return nullptr;
  }

  bool empty() const { return readers_.empty(); }

  // Leaves out those who will not be called any more.
  void DropThoseWhoAreOver() {
    readers_.erase(std::remove_if(readers_.begin(), readers_.end(),
                                  [](const auto& reader) {
                                    return reader.second->over();
                                  }),
                   readers_.end());
  }

  void PostProgress(const JobProgress& progress, Outbox& outbox) const {
    for (const auto& [observer, channel] : readers_) {
      channel->PostProgress(progress);
      outbox.Deliver(channel);
    }
  }

  void PostFrame(const EncodedFrame& frame, Outbox& outbox) const {
    for (const auto& [observer, channel] : readers_) {
      channel->PostFrame(frame);
      outbox.Deliver(channel);
    }
  }

  void PostReset(const JobSnapshot& job, Outbox& outbox) const {
    for (const auto& [observer, channel] : readers_) {
      channel->PostReset(job);
      outbox.Deliver(channel);
    }
  }

  // The readers stay: they may still read frames.
  void Finish(const JobSnapshot& job, Outbox& outbox) const {
    for (const auto& [observer, channel] : readers_) {
      outbox.Finish(channel, job);
    }
  }

 private:
  std::vector<std::pair<JobObserver*, std::shared_ptr<ObserverChannel>>>
      readers_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_JOB_READERS_H_
