#ifndef ANIMATE_ENGINE_BASE_MUTEX_H_
#define ANIMATE_ENGINE_BASE_MUTEX_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

namespace animate {

// A std::mutex that Clang's thread-safety analysis understands. Not
// absl::Mutex: the distributions build it without ThreadSanitizer
// annotations, so everything it guards would be reported as a race
// (docs/adr/0005).
class ABSL_LOCKABLE Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a Mutex for a scope.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex)
      : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// A condition variable over Mutex. Waits may wake spuriously: call them in a
// loop that tests the condition.
class CondVar {
 public:
  // Longer timeouts would overflow the nanoseconds of the clock they are added
  // to, and end at once. The callers' loops make this one invisible.
  static constexpr absl::Duration kMaxTimeout = absl::Hours(24 * 365);

  // Releases `mutex`, waits for a signal, takes `mutex` again.
  void Wait(Mutex& mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }

  // As Wait, for at most `timeout`, which may be infinite and is cut to
  // kMaxTimeout otherwise. Returns false when the time ran out.
  bool WaitWithTimeout(Mutex& mutex, absl::Duration timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    if (timeout == absl::InfiniteDuration()) {
      Wait(mutex);
      return true;
    }
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const std::cv_status status = condition_.wait_for(
        lock, absl::ToChronoNanoseconds(
                  std::clamp(timeout, absl::ZeroDuration(), kMaxTimeout)));
    lock.release();
    return status == std::cv_status::no_timeout;
  }

  void Signal() { condition_.notify_one(); }
  void SignalAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_BASE_MUTEX_H_
