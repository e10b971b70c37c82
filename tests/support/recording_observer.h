#ifndef ANIMATE_TESTS_SUPPORT_RECORDING_OBSERVER_H_
#define ANIMATE_TESTS_SUPPORT_RECORDING_OBSERVER_H_

#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"
#include "server/queue/job.h"

namespace animate {

// Keeps what it hears, and counts breaches of JobObserver's contract.
// Thread-safe.
class RecordingObserver : public JobObserver {
 public:
  void OnProgress(const JobProgress& progress) override {
    MutexLock lock(mutex_);
    if (ended_.has_value()) ++breaches_;
    progress_.push_back(progress);
    changed_.SignalAll();
  }

  void OnFrame(const EncodedFrame& frame) override {
    MutexLock lock(mutex_);
    if (ended_.has_value()) ++breaches_;
    frames_.push_back(frame);
    changed_.SignalAll();
  }

  void OnFinished(const JobSnapshot& job) override {
    MutexLock lock(mutex_);
    if (ended_.has_value()) ++breaches_;
    ended_ = job;
    changed_.SignalAll();
  }

  // Blocks until OnFinished.
  JobSnapshot AwaitEnd() {
    MutexLock lock(mutex_);
    while (!ended_.has_value()) changed_.Wait(mutex_);
    return *ended_;
  }

  // Blocks until `count` frames have come.
  void AwaitFrames(size_t count) {
    MutexLock lock(mutex_);
    while (frames_.size() < count) changed_.Wait(mutex_);
  }

  bool ended() const {
    MutexLock lock(mutex_);
    return ended_.has_value();
  }

  std::vector<JobProgress> progress() const {
    MutexLock lock(mutex_);
    return progress_;
  }

  std::vector<EncodedFrame> frames() const {
    MutexLock lock(mutex_);
    return frames_;
  }

  void DropFrames() {
    MutexLock lock(mutex_);
    frames_.clear();
  }

  // Events after the end, second ends included.
  int breaches() const {
    MutexLock lock(mutex_);
    return breaches_;
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<JobProgress> progress_ ABSL_GUARDED_BY(mutex_);
  std::vector<EncodedFrame> frames_ ABSL_GUARDED_BY(mutex_);
  std::optional<JobSnapshot> ended_ ABSL_GUARDED_BY(mutex_);
  int breaches_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_RECORDING_OBSERVER_H_
