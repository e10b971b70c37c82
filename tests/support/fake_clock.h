#ifndef ANIMATE_TESTS_SUPPORT_FAKE_CLOCK_H_
#define ANIMATE_TESTS_SUPPORT_FAKE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "engine/base/clock.h"
#include "engine/base/mutex.h"

namespace animate {

// A clock that stands still until a test moves it. Thread-safe.
class FakeClock : public Clock {
 public:
  absl::Time Now() const override {
    MutexLock lock(mutex_);
    return absl::FromUnixSeconds(1'700'000'000) + elapsed_ + jumped_;
  }

  absl::Duration Monotonic() const override {
    MutexLock lock(mutex_);
    return elapsed_;
  }

  void Advance(absl::Duration duration) {
    MutexLock lock(mutex_);
    elapsed_ += duration;
  }

  // Somebody sets the wall clock, forward or back; no time passes.
  void JumpWallClock(absl::Duration by) {
    MutexLock lock(mutex_);
    jumped_ += by;
  }

 private:
  mutable Mutex mutex_;
  absl::Duration elapsed_ ABSL_GUARDED_BY(mutex_) = absl::Seconds(1);
  absl::Duration jumped_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_FAKE_CLOCK_H_
