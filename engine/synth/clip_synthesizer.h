#ifndef ANIMATE_ENGINE_SYNTH_CLIP_SYNTHESIZER_H_
#define ANIMATE_ENGINE_SYNTH_CLIP_SYNTHESIZER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/synth/character.h"
#include "engine/synth/motion.h"
#include "engine/synth/renderer.h"

namespace animate {

inline constexpr int kMinSynthSide = 64;
inline constexpr int kMaxSynthSide = 2048;
inline constexpr int kMaxSynthFrames = 20'000;

struct ClipOptions {
  uint64_t character = 0;        // seed
  std::string motion = "dance";  // one of MotionNames() or a path
  uint64_t motion_seed = 0;
  int width = 512;    // pixels, [kMinSynthSide, kMaxSynthSide]
  int height = 768;   // pixels, the same
  int frames = 24;    // [1, kMaxSynthFrames]
  double fps = 24.0;  // [1, 240]
  // The side from which the motion is seen, as View::Options; default: the
  // motion's own.
  std::optional<double> yaw_degrees;
};

// A character doing a motion in front of a camera that stands still. Makes any
// frame at any time, the same one each time. Immutable, thread-safe.
class ClipSynthesizer {
 public:
  // Returns INVALID_ARGUMENT (options out of range, an unreadable file, a
  // motion that goes so far that nobody is seen) or NOT_FOUND (neither motion
  // nor file; names all motions).
  static absl::StatusOr<ClipSynthesizer> Create(const ClipOptions& options);

  // The same with parts from elsewhere; `options` without character and motion.
  static absl::StatusOr<ClipSynthesizer> Create(const Character& character,
                                                const Scene& scene,
                                                const CharacterMotion& motion,
                                                const ClipOptions& options);

  int num_frames() const { return static_cast<int>(figures_.size()); }
  int width() const { return view_.width(); }
  int height() const { return view_.height(); }
  double fps() const { return fps_; }
  const Character& character() const { return character_; }
  const View& view() const { return view_; }

  // The character in its neutral pose, facing the camera, on the same ground
  // and of the same size as in the frames.
  RenderedFrame Reference() const;

  // REQUIRES: 0 <= index < num_frames().
  RenderedFrame Frame(int index) const;

  // The keypoints without the picture: a thousand times faster. What is
  // covered by other parts counts as seen.
  PersonPose ReferenceKeypoints() const;
  PersonPose Keypoints(int index) const;

 private:
  ClipSynthesizer(const Character& character, const Scene& scene,
                  const View& view);

  Character character_;
  Renderer renderer_;
  View view_;
  double fps_ = 0.0;
  Figure neutral_;
  std::vector<Figure> figures_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_CLIP_SYNTHESIZER_H_
