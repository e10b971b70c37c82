#ifndef ANIMATE_ENGINE_PIPELINE_ANIMATION_PIPELINE_H_
#define ANIMATE_ENGINE_PIPELINE_ANIMATION_PIPELINE_H_

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/animation/animator.h"
#include "engine/base/cancellation.h"
#include "engine/base/clock.h"
#include "engine/diffusion/ddim_scheduler.h"
#include "engine/model/model_config.h"
#include "engine/pipeline/context_plan.h"
#include "engine/pipeline/denoising_loop.h"
#include "engine/pipeline/device_memory.h"
#include "engine/pipeline/model_bundle.h"
#include "engine/pipeline/pipeline_options.h"
#include "engine/pipeline/reference_cache.h"

namespace animate {

// Animate Anyone (Hu 2023, https://arxiv.org/abs/2311.17117) from pictures to
// pictures, as Moore-AnimateAnyone's pipeline_pose2vid_long.py runs it: one
// reference, one pose picture per frame. See Animator for the contract;
// additionally INVALID_ARGUMENT when the input does not suit this model. Which
// frames are decoded together depends on their numbers alone, so that a resumed
// run computes none of them differently.
class AnimationPipeline : public Animator {
 public:
  // `clock` (durations of stages and steps) must outlive the pipeline.
  AnimationPipeline(ModelBundle models, const PipelineOptions& options,
                    const Clock& clock = Clock::Real());

  const ModelInfo& info() const override { return models_.info; }

  std::optional<DeviceMemory> device_memory() const override {
    return ReadDeviceMemory(models_.info.device);
  }

  std::optional<ReferenceCacheStats> reference_cache() const override {
    const ReferenceCache::Stats stats = references_.stats();
    return ReferenceCacheStats{
        .hits = stats.hits, .misses = stats.misses, .bytes = stats.bytes};
  }

  // How often a reference was known from an earlier job. Thread-safe.
  ReferenceCache::Stats reference_cache_stats() const {
    return references_.stats();
  }

  absl::Status Animate(const AnimationInput& input,
                       const CancellationToken& token,
                       AnimationObserver& observer) override;

 private:
  // What a running job carries from stage to stage.
  struct Job;

  // Runs `work` as a stage of `job`: told to the observer, timed, exceptions
  // caught.
  template <typename Work>
  auto RunStage(EngineStage stage, Job& job, Work&& work);

  // CLIP, VAE encoder, ReferenceNet; or none of them where the cache has what
  // they would compute.
  absl::StatusOr<std::shared_ptr<const ReferenceConditioning>> Reference(
      Job& job);

  // [1, channels, num_frames, height, width], on the CPU. Where the frames
  // share their noise it is that of a clip of one frame.
  at::Tensor InitialNoise(const AnimationParameters& spec, int64_t channels,
                          int64_t height, int64_t width) const;

  absl::Status CheckResume(const AnimationInput& input, int num_steps) const;

  // All before decoding: latents of all frames, fp32, on the device.
  absl::StatusOr<at::Tensor> MakeLatents(const DdimScheduler& scheduler,
                                         ContextPlan plan, Job& job);

  // Latents of all frames; frames that are final early are decoded early.
  absl::StatusOr<at::Tensor> RunDenoising(const DdimScheduler& scheduler,
                                          const DenoisingInputs& inputs,
                                          Job& job);

  // Takes the latents of the next frames; decodes what is complete of them and
  // hands over the frames that are wanted.
  absl::Status Deliver(const at::Tensor& latents, Job& job);

  absl::StatusOr<DdimScheduler> MakeScheduler(
      const AnimationParameters& parameters) const;

  const ModelBundle models_;
  const PipelineOptions options_;
  const Clock& clock_;
  ReferenceCache references_;
};

// Returns the sampler a model's configuration asks for.
DdimConfig DdimConfigOf(const NoiseSchedulerConfig& config,
                        const PipelineOptions& options);

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_ANIMATION_PIPELINE_H_
