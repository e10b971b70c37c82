#ifndef ANIMATE_ENGINE_ANIMATION_ANIMATOR_H_
#define ANIMATE_ENGINE_ANIMATION_ANIMATOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/animation/animation_checkpoint.h"
#include "engine/animation/animation_spec.h"
#include "engine/animation/image.h"
#include "engine/base/cancellation.h"

namespace animate {

// Everything one animation needs, decoded.
struct AnimationInput {
  AnimationSpec spec;
  RgbImage reference;           // any size; resized to the spec's
  std::vector<RgbImage> poses;  // skeleton pictures, spec->num_frames of them

  // Unset: from the beginning.
  std::optional<AnimationResumption> resume = std::nullopt;
};

// The parts of the work, in the order in which they happen.
enum class EngineStage {
  kClip,
  kVaeEncode,
  kReference,
  kPose,
  kDenoise,
  kVaeDecode,
};

// "clip", "vae_encode", "reference", "pose", "denoise", "vae_decode".
absl::string_view EngineStageName(EngineStage stage);

// Hears of progress and frames, on the thread that called Animate. Calls must
// return quickly: the device waits for them.
class AnimationObserver {
 public:
  virtual ~AnimationObserver() = default;

  // A stage begins. Each happens once, in the order of EngineStage; a run that
  // goes on after denoising has kVaeDecode alone.
  virtual void OnStageStarted(EngineStage stage) = 0;

  // A stage has ended after `duration`. Frames decoded before kVaeDecode began
  // count to it all the same, not to kDenoise.
  virtual void OnStageFinished(EngineStage stage, absl::Duration duration) = 0;

  // `step` (1-based) of `num_steps` denoising steps is complete, on the
  // device, after `duration`.
  virtual void OnStep(int step, int num_steps, absl::Duration duration) = 0;

  // Frame `index` (0-based, ascending, each once) is final. Of clips longer
  // than a window the first ones come during the last denoising step, before
  // kVaeDecode starts.
  virtual void OnFrame(int index, RgbImage frame) = 0;

  // Whether OnCheckpoint is to be called now. Making a checkpoint costs a copy
  // of the latents from the device.
  virtual bool WantsCheckpoint(CheckpointMoment /*moment*/) { return false; }
  // By value, as those who want a checkpoint keep it.
  // NOLINTNEXTLINE(performance-unnecessary-value-param)
  virtual void OnCheckpoint(AnimationCheckpoint /*checkpoint*/) {}
};

// What an Animator runs, for GetServerInfo, metrics and admission.
struct ModelInfo {
  std::string name;    // name of the model folder
  std::string digest;  // SHA-256 over the weight files, lower-case hex
  std::string device;  // "cpu", "cuda:0"
  std::string dtype;   // "float32", "bfloat16", "float16"
  int64_t parameters = 0;

  // What else results depend on to the last bit: processor, threads, options.
  // Two animators of the same build, digest, device, dtype and fingerprint go
  // on with each other's checkpoints.
  std::string fingerprint;

  int size_multiple = 8;  // width and height must be multiples of this
  int context_frames = 24;
  int context_overlap = 4;
  int max_context_frames = 32;
  ContextSchedule context_schedule = ContextSchedule::kClosed;
  int num_train_timesteps = 1000;

  // Its own sampling, where a request does not say. See DefaultParameters.
  int num_inference_steps = 25;
  double guidance_scale = 3.5;
  NoiseMode noise_mode = NoiseMode::kPerFrame;
  BetaSchedule beta_schedule = BetaSchedule::kLinear;
  int width = 0;   // pixels it was made for; 0: it does not say
  int height = 0;  // pixels; 0 like width
};

// Returns parameters as `model` is sampled when nothing else is asked for: its
// steps, guidance, noise and betas, and its size, where it has one. Windows are
// left open, which means its own; num_frames and seed are the caller's.
AnimationParameters DefaultParameters(const ModelInfo& model);

// Memory of a device, bytes.
struct DeviceMemory {
  int64_t total_bytes = 0;
  int64_t used_bytes = 0;       // by whomever
  int64_t allocated_bytes = 0;  // by our tensors
  int64_t reserved_bytes = 0;   // kept for our tensors, those included
};

// What an Animator has kept of the references of earlier jobs.
struct ReferenceCacheStats {
  int64_t hits = 0;    // jobs that found theirs
  int64_t misses = 0;  // jobs that did not
  int64_t bytes = 0;   // held now, on the device
};

// Turns an input into frames: the seam between the server, which knows queues
// and clients, and the engine, which knows networks. Not thread-safe: one
// thread at a time.
class Animator {
 public:
  virtual ~Animator() = default;

  virtual const ModelInfo& info() const = 0;

  // Returns the memory of its device; nothing where the device has none of its
  // own (a CPU) or it cannot be measured. Unlike the rest callable from any
  // thread, also during Animate.
  virtual std::optional<DeviceMemory> device_memory() const {
    return std::nullopt;
  }

  // Returns how often the cache of references was of use; nothing where there
  // is none. Callable from any thread, also during Animate.
  virtual std::optional<ReferenceCacheStats> reference_cache() const {
    return std::nullopt;
  }

  // Runs one animation to its end. Polls `token` at each window of each
  // denoising step and at each decoded frame and returns token.Check()'s error
  // once it fails. With input.resume, frames from first_frame on are those of
  // an undisturbed run to the bit. Other errors: INVALID_ARGUMENT (the input),
  // FAILED_PRECONDITION with reason BAD_CHECKPOINT before anything was done
  // when input.resume does not belong to the rest of the input,
  // RESOURCE_EXHAUSTED with reason GPU_OOM, INTERNAL. After an error the
  // Animator is ready for the next call.
  virtual absl::Status Animate(const AnimationInput& input,
                               const CancellationToken& token,
                               AnimationObserver& observer) = 0;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_ANIMATION_ANIMATOR_H_
