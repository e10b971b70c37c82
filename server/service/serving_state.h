#ifndef ANIMATE_SERVER_SERVICE_SERVING_STATE_H_
#define ANIMATE_SERVER_SERVICE_SERVING_STATE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engine/animation/animation_spec.h"
#include "engine/animation/animator.h"
#include "engine/base/mutex.h"

namespace animate {

// What the server can do: the part of it that a request is checked against.
struct Offer {
  Limits limits;
  std::vector<ModelInfo> models;  // one per device; empty while loading
  std::string pose_detector;      // "blazepose"; "" when there is none
};

// Whether and what the server serves right now. Thread-safe.
class ServingState {
 public:
  // Not ready: Admission says UNAVAILABLE with reason NOT_READY.
  explicit ServingState(const Limits& limits);

  // The models are there.
  void MarkReady(Offer offer);

  // For good: Admission says UNAVAILABLE with reason DRAINING from here on.
  void StartDraining();

  // Whether new work is welcome.
  absl::Status Admission() const;

  // Never null.
  std::shared_ptr<const Offer> offer() const;

 private:
  enum class Phase { kLoading, kReady, kDraining };

  mutable Mutex mutex_;
  Phase phase_ ABSL_GUARDED_BY(mutex_) = Phase::kLoading;
  std::shared_ptr<const Offer> offer_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_SERVING_STATE_H_
