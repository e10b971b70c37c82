#ifndef ANIMATE_ENGINE_ANIMATION_ANIMATION_SPEC_H_
#define ANIMATE_ENGINE_ANIMATION_ANIMATION_SPEC_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"

namespace animate {

enum class BetaSchedule { kLinear, kScaledLinear };

// How windows cover a clip that is longer than one of them.
enum class ContextSchedule {
  kClosed,  // the last window wraps around to the first frames: for loops
  kOpen,    // the last window ends with the last frame
  kEdge,    // as kOpen, but neighbours share half a window and are cross-faded
};

// With what noise the frames of a clip begin.
enum class NoiseMode {
  kPerFrame,  // each with its own, as the reference does
  kShared,    // all with the same: steadier where temporal layers are weak
};

// What a caller asks for, unchecked. Names are those of animate.v1.JobSpec.
struct AnimationParameters {
  int width = 512;               // pixels, multiple of Limits::size_multiple
  int height = 512;              // pixels, multiple of Limits::size_multiple
  int num_frames = 0;            // frames to generate, [1, max_frames]
  double fps = 30.0;             // frames per second of the result, (0, 240]
  int num_inference_steps = 25;  // DDIM steps, [1, max_steps]
  double guidance_scale = 3.5;   // classifier-free guidance; <= 1 switches off
  uint64_t seed = 0;             // of the initial noise

  // Unset: the model's own value.
  std::optional<BetaSchedule> beta_schedule;
  std::optional<int> context_frames;   // frames per window, [1, model's max]
  std::optional<int> context_overlap;  // frames, [0, context_frames)
  std::optional<ContextSchedule> context_schedule;
  std::optional<NoiseMode> noise_mode;
};

// What the server is willing to do. GetServerInfo publishes it.
struct Limits {
  int size_multiple = 8;             // width and height: the VAE's factor
  int min_side = 64;                 // pixels
  int max_side = 2048;               // pixels
  int64_t max_pixels = 1024 * 1024;  // width * height of the result
  int max_frames = 1024;
  int max_steps = 1000;  // noise levels the scheduler knows
  double max_guidance_scale = 30.0;
  int max_context_frames = 32;  // length of the temporal position table
  int64_t max_input_pixels = int64_t{8192} * 8192;  // any decoded input picture
  int64_t max_upload_bytes = int64_t{256} << 20;    // all items of one request
  int max_chunk_bytes = 1 << 20;
};

// A validated request: holds parameters that are within `limits`, and exists
// in no other way than through Create.
class AnimationSpec {
 public:
  // Returns INVALID_ARGUMENT naming the field ("spec.width"), its value and
  // the limit when `parameters` break `limits`.
  static absl::StatusOr<AnimationSpec> Create(
      const AnimationParameters& parameters, const Limits& limits);

  const AnimationParameters& operator*() const { return parameters_; }
  const AnimationParameters* operator->() const { return &parameters_; }

  // Whether the denoiser runs an unconditional row beside the conditional one.
  bool guided() const { return parameters_.guidance_scale > 1.0; }

 private:
  explicit AnimationSpec(const AnimationParameters& parameters)
      : parameters_(parameters) {}
  AnimationParameters parameters_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_ANIMATION_ANIMATION_SPEC_H_
