#ifndef ANIMATE_ENGINE_SYNTH_BVH_MOTION_H_
#define ANIMATE_ENGINE_SYNTH_BVH_MOTION_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/synth/motion.h"

namespace animate {

// The motion of a BVH clip for bodies of other lengths: where its bones point.
class BvhMotion {
 public:
  // INVALID_ARGUMENT as ParseBvh and PlaceBvhBodies.
  static absl::StatusOr<BvhMotion> Parse(absl::string_view text);

  double duration() const { return duration_; }

  // The frame next to `seconds`; the first before, the last behind the clip.
  MotionFrame At(double seconds) const;

 private:
  std::vector<MotionFrame> frames_;
  double frame_time_ = 1.0;
  double duration_ = 1.0;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_BVH_MOTION_H_
