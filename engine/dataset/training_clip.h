#ifndef ANIMATE_ENGINE_DATASET_TRAINING_CLIP_H_
#define ANIMATE_ENGINE_DATASET_TRAINING_CLIP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/animation/image.h"

namespace animate {

// What a training run wants of every clip.
struct ClipFormat {
  int width = 96;    // pixels, of all pictures
  int height = 144;  // pixels
  int frames = 1;    // targets per reference

  // How targets lie in the source: consecutive (one motion, in order, for the
  // temporal layers), or each anywhere in it.
  bool consecutive = false;

  // Whether skeletons are wanted; the VAE does without.
  bool poses = true;
};

// One sample: a reference picture, and frames of the same character with the
// skeletons that ask for them. All pictures have the size of the format; one
// crop of the source serves picture, skeleton and reference.
struct TrainingClip {
  int64_t index = 0;   // place in the endless sequence of samples
  uint64_t seed = 0;   // of all that is drawn by chance for this sample alone
  std::string source;  // for people: a file, or "character 12, dance 3"
  RgbImage reference;
  std::vector<RgbImage> frames;  // format.frames of them
  std::vector<RgbImage> poses;   // as many, or none without format.poses
};

// An endless sequence of samples of which every one can be made at any time:
// sample `index` depends on the dataset's options, on its files and on nothing
// else. So a run that is resumed, or split among processes, sees the samples it
// would have seen. Implementations are thread-safe.
class ClipDataset {
 public:
  virtual ~ClipDataset() = default;

  virtual const ClipFormat& format() const = 0;

  // Returns sample `index`, >= 0. Sources that cannot be read are passed over
  // for others, counted in skipped(); an error means that none is left.
  virtual absl::StatusOr<TrainingClip> Draw(int64_t index) const = 0;

  // Sources found unreadable so far.
  virtual int64_t skipped() const = 0;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_DATASET_TRAINING_CLIP_H_
