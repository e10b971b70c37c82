#ifndef ANIMATE_TOOLS_EVAL_CLIP_MAKER_H_
#define ANIMATE_TOOLS_EVAL_CLIP_MAKER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/animation/animation_spec.h"
#include "engine/animation/image.h"

namespace animate {

// What is asked for instead of the model's own sampling.
struct Sampling {
  std::optional<int> steps;
  std::optional<double> guidance;
  std::optional<NoiseMode> noise_mode;
};

struct ClipRequest {
  const RgbImage& reference;
  absl::Span<const RgbImage> poses;  // of the size of the clip
  uint64_t seed = 0;                 // of the noise
  Sampling sampling;
};

// The model under evaluation, for the report.
struct MakerInfo {
  std::string name;
  std::string digest;
  std::string device;
  std::string dtype;
  int width = 0;   // pixels it was made for; 0: it does not say
  int height = 0;  // pixels; 0 like width
  // Its own sampling.
  int steps = 0;
  double guidance = 0.0;
  NoiseMode noise_mode = NoiseMode::kPerFrame;
};

// Animates: a model in this process, or a server that has one. Not thread-safe.
class ClipMaker {
 public:
  virtual ~ClipMaker() = default;

  virtual const MakerInfo& info() const = 0;

  // Returns a frame per pose, of their size.
  virtual absl::StatusOr<std::vector<RgbImage>> Make(
      const ClipRequest& request) = 0;
};

}  // namespace animate

#endif  // ANIMATE_TOOLS_EVAL_CLIP_MAKER_H_
