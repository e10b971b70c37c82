#include "server/service/open_streams.h"

#include "engine/base/clock.h"

namespace animate {

void OpenStreams::Opened() {
  MutexLock lock(mutex_);
  ++open_;
}

void OpenStreams::Closed() {
  MutexLock lock(mutex_);
  if (--open_ == 0) none_left_.SignalAll();
}

bool OpenStreams::AwaitNone(absl::Duration patience) {
  const Clock& clock = Clock::Real();
  const absl::Duration deadline = clock.Monotonic() + patience;
  MutexLock lock(mutex_);
  while (open_ > 0) {
    const absl::Duration left = deadline - clock.Monotonic();
    if (left <= absl::ZeroDuration()) return false;
    none_left_.WaitWithTimeout(mutex_, left);
  }
  return true;
}

}  // namespace animate
