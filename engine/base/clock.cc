#include "engine/base/clock.h"

#include <chrono>

#include "absl/time/clock.h"

namespace animate {
namespace {

class RealClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  absl::Duration Monotonic() const override {
    return absl::FromChrono(
        std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace

const Clock& Clock::Real() {
  static const RealClock* const kClock = new RealClock;
  return *kClock;
}

}  // namespace animate
