#ifndef ANIMATE_TOOLS_MOCAP_MOTION_H_
#define ANIMATE_TOOLS_MOCAP_MOTION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/mocap/rotation.h"

namespace animate {

// The character's posture at one moment: where its root is and how each joint
// is turned relative to its parent.
struct Posture {
  Vector3 root_position;  // metres
  Rotation root;
  Rotation chest;
  Rotation neck;
  // Index 0 is right, 1 is left.
  Rotation hip[2];
  Rotation knee[2];
  Rotation ankle[2];
  Rotation shoulder[2];
  Rotation elbow[2];
};

// A motion-capture clip in DeepMimic's humanoid3d format: JSON with `Loop` and
// `Frames` of 44 numbers, duration in seconds first.
class Motion {
 public:
  // Returns INVALID_ARGUMENT when `json` is something else.
  static absl::StatusOr<Motion> Parse(absl::string_view json);

  // Seconds from the first to the last posture, > 0.
  double duration() const { return times_.back(); }

  // Average horizontal velocity of the root, metres per second.
  Vector3 velocity() const;

  // Whether the clip goes on with its beginning when it ends.
  bool loops() const { return loops_; }

  // Returns the posture at `seconds`, interpolated. Before the beginning the
  // first one, behind the end the last one; a looping clip goes round and its
  // root moves on.
  Posture At(double seconds) const;

 private:
  bool loops_ = false;
  std::vector<double> times_;  // seconds, ascending, the first is 0
  std::vector<Posture> postures_;
};

}  // namespace animate

#endif  // ANIMATE_TOOLS_MOCAP_MOTION_H_
