#ifndef ANIMATE_SERVER_QUEUE_OBSERVER_CHANNEL_H_
#define ANIMATE_SERVER_QUEUE_OBSERVER_CHANNEL_H_

#include <deque>
#include <thread>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"
#include "server/queue/job.h"

namespace animate {

// Turns events that several threads post about one job into calls of one
// observer, one at a time and in the order in which they were posted. Posting
// never calls out, so it is allowed under a lock; Deliver calls the observer
// and must not be called under one. Thread-safe.
class ObserverChannel {
 public:
  // `observer` may be null: then events are dropped. It must live until its
  // OnFinished is called or Close has returned.
  explicit ObserverChannel(JobObserver* observer) : observer_(observer) {}

  // Replaces a progress event not yet delivered when no frame lies between.
  void PostProgress(const JobProgress& progress);
  void PostFrame(EncodedFrame frame);
  void PostReset(JobSnapshot job);
  // Must be the last event.
  void PostFinished(JobSnapshot job);

  // Delivers what has been posted, unless another thread is just doing that:
  // then that thread delivers it.
  void Deliver();

  // Drops what has been posted and not been delivered. Once it has returned the
  // observer is not called any more: a call under way is waited for, unless it
  // is the one that calls this.
  void Close();

  // Whether the observer is not being called, and will not be any more.
  bool over() const;

 private:
  struct ResetNotice {
    JobSnapshot job;
  };
  using Event =
      std::variant<JobProgress, EncodedFrame, ResetNotice, JobSnapshot>;

  void Call(JobObserver& observer, const Event& event);

  mutable Mutex mutex_;
  CondVar call_ended_;
  JobObserver* observer_ ABSL_GUARDED_BY(mutex_);
  std::deque<Event> events_ ABSL_GUARDED_BY(mutex_);
  bool delivering_ ABSL_GUARDED_BY(mutex_) = false;
  // The thread inside a call of the observer; none at other times.
  std::thread::id calling_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_OBSERVER_CHANNEL_H_
