#ifndef ANIMATE_ENGINE_PIPELINE_ANIMATION_PIPELINE_H_
#define ANIMATE_ENGINE_PIPELINE_ANIMATION_PIPELINE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/animation/animator.h"
#include "engine/base/cancellation.h"
#include "engine/base/clock.h"
#include "engine/diffusion/ddim_scheduler.h"
#include "engine/model/model_config.h"
#include "engine/pipeline/model_bundle.h"
#include "engine/pipeline/pipeline_options.h"

namespace animate {

// Animate Anyone (Hu 2023, https://arxiv.org/abs/2311.17117) from pictures to
// pictures, as Moore-AnimateAnyone's pipeline_pose2vid_long.py runs it: one
// reference, one pose picture per frame. See Animator for the contract;
// additionally INVALID_ARGUMENT when the input does not suit this model.
class AnimationPipeline : public Animator {
 public:
  // `clock` (durations of stages and steps) must outlive the pipeline.
  AnimationPipeline(ModelBundle models, const PipelineOptions& options,
                    const Clock& clock = Clock::Real());

  const ModelInfo& info() const override { return models_.info; }

  absl::Status Animate(const AnimationInput& input,
                       const CancellationToken& token,
                       AnimationObserver& observer) override;

 private:
  // Runs `work` as `stage`: told to the observer, timed, exceptions caught.
  template <typename Work>
  auto RunStage(EngineStage stage, const CancellationToken& token,
                AnimationObserver& observer, Work&& work);

  absl::StatusOr<DdimScheduler> MakeScheduler(
      const AnimationParameters& parameters) const;

  const ModelBundle models_;
  const PipelineOptions options_;
  const Clock& clock_;
};

// Returns the sampler a model's configuration asks for.
DdimConfig DdimConfigOf(const NoiseSchedulerConfig& config,
                        const PipelineOptions& options);

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_ANIMATION_PIPELINE_H_
