#ifndef ANIMATE_ENGINE_BASE_CLOCK_H_
#define ANIMATE_ENGINE_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace animate {

// Time as a dependency, so that deadlines and durations are testable.
// Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // Wall-clock time: for time stamps that people and other machines read.
  virtual absl::Time Now() const = 0;

  // Time since an arbitrary origin that never jumps: for durations, timeouts
  // and deadlines.
  virtual absl::Duration Monotonic() const = 0;

  // Returns the process's real clock.
  static const Clock& Real();
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_BASE_CLOCK_H_
