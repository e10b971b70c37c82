#ifndef ANIMATE_ENGINE_SYNTH_MOCAP_CLIP_H_
#define ANIMATE_ENGINE_SYNTH_MOCAP_CLIP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/synth/posture.h"

namespace animate {

// A motion-capture clip in DeepMimic's humanoid3d format: JSON with `Loop` and
// `Frames` of 44 numbers, duration in seconds first.
class MocapClip {
 public:
  // Returns INVALID_ARGUMENT when `json` is something else.
  static absl::StatusOr<MocapClip> Parse(absl::string_view json);

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

#endif  // ANIMATE_ENGINE_SYNTH_MOCAP_CLIP_H_
