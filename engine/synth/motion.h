#ifndef ANIMATE_ENGINE_SYNTH_MOTION_H_
#define ANIMATE_ENGINE_SYNTH_MOTION_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/synth/posture.h"

namespace animate {

// How a hand is held.
struct HandShape {
  double curl = 0.15;   // 0 flat, 1 a fist
  double spread = 0.5;  // 0 fingers together, 1 apart
  // Degrees the hand is turned about the forearm: at 0 the thumb points ahead
  // when the arm hangs, at 90 the palm faces back.
  double twist = 60.0;
};

struct FaceExpression {
  double blink = 0.0;       // 0 open eyes, 1 closed
  double mouth_open = 0.0;  // [0, 1]
  double smile = 0.6;       // [-1, 1]
};

// What a body of any proportions does at one moment.
struct MotionFrame {
  // Where the joints turn to. Only x and z of the root's position count, in
  // lengths of the leg, from where the character begins.
  Posture posture;
  // Height of the soles, or whatever is lower, above the ground, in lengths of
  // the leg.
  double lift = 0.0;
  HandShape hand[2];  // right, left
  FaceExpression face;
};

// A motion of a body that nobody has yet: made by a formula or read from a
// motion-capture file. Stays in place on average. Immutable, thread-safe.
class CharacterMotion {
 public:
  // Returns one of MotionNames(), varied in tempo, size and side by `seed`;
  // NOT_FOUND, with all names, when there is none of that name.
  static absl::StatusOr<CharacterMotion> Named(absl::string_view name,
                                               uint64_t seed = 0);

  // Reads the text of a motion-capture file: DeepMimic's humanoid3d JSON or a
  // BVH. INVALID_ARGUMENT when it is neither.
  static absl::StatusOr<CharacterMotion> Parse(absl::string_view text);

  // Named(what, seed), else the file called `what`; NOT_FOUND, with all names,
  // when there is neither.
  static absl::StatusOr<CharacterMotion> Open(const std::string& what,
                                              uint64_t seed = 0);

  // The character's bearing before anything happens, facing the camera, arms a
  // little away from the body: the pose of reference pictures.
  static MotionFrame Neutral();

  // What happens `seconds` after the beginning, any. Motions from files that
  // do not loop stand still before and behind.
  MotionFrame At(double seconds) const { return at_(seconds); }

  // From which side it is best seen, degrees: 0 is from ahead, at 90 the
  // character faces the left of the picture.
  double yaw_degrees() const { return yaw_degrees_; }

  // Seconds until it repeats or ends, > 0.
  double duration() const { return duration_; }

  // Whether arms, legs and torso stay in the plane of a picture taken at
  // yaw 0, so that no bone is ever shortened.
  bool planar() const { return planar_; }

 private:
  std::function<MotionFrame(double)> at_;
  double yaw_degrees_ = 0.0;
  double duration_ = 1.0;
  bool planar_ = false;
};

// The motions made by formulas, sorted: "box", "dance", ….
const std::vector<std::string>& MotionNames();

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_MOTION_H_
