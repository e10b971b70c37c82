#ifndef ANIMATE_ENGINE_DATASET_PROCEDURAL_CLIPS_H_
#define ANIMATE_ENGINE_DATASET_PROCEDURAL_CLIPS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/dataset/motion_library.h"
#include "engine/dataset/training_clip.h"

namespace animate {

struct ProceduralClipsOptions {
  // Sides in [32, 2048], frames in [1, 1000].
  ClipFormat format;

  // Seeds of the characters, the last one excluded; held-out characters are
  // those of another range. At most 2^32 of them.
  uint64_t first_character = 0;
  uint64_t last_character = 1'000'000;

  // As MotionLibrary::Open.
  std::vector<std::string> motions = {"all"};

  // The part of clips whose reference is the character's neutral pose; that of
  // the others is one of the frames that are not targets, if there is one.
  double neutral_reference = 0.85;

  // A stretch of each motion is seen by a camera that shows all of it: this
  // many frames, or format.frames when these are more and consecutive.
  int window_frames = 24;  // [1, 1000]
  double fps = 24.0;       // [1, 240]

  // Targets that are not consecutive come from 1 to this many motions, [1, 16].
  int motions_per_clip = 3;

  // Of what is chosen, not of the characters.
  uint64_t seed = 0;
};

// Invented characters doing motions, with skeletons as the server draws them:
// made when asked for, from a seed per sample. Immutable, thread-safe.
class ProceduralClips : public ClipDataset {
 public:
  // Returns INVALID_ARGUMENT for options out of range, errors of
  // MotionLibrary::Open.
  static absl::StatusOr<std::unique_ptr<ProceduralClips>> Create(
      const ProceduralClipsOptions& options);

  const ClipFormat& format() const override { return options_.format; }

  // FAILED_PRECONDITION when the motions go so far that nobody is seen.
  absl::StatusOr<TrainingClip> Draw(int64_t index) const override;

  // Files in folders of motions that are none.
  int64_t skipped() const override { return motions_.skipped(); }

 private:
  ProceduralClips(const ProceduralClipsOptions& options, MotionLibrary motions);

  const ProceduralClipsOptions options_;
  const MotionLibrary motions_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_DATASET_PROCEDURAL_CLIPS_H_
