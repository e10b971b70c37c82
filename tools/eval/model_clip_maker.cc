#include "tools/eval/model_clip_maker.h"

#include <ATen/Context.h>
#include <c10/core/InferenceMode.h>

#include <utility>

#include "engine/base/status_macros.h"
#include "engine/pipeline/conditioning.h"
#include "engine/pipeline/frame_decoder.h"
#include "engine/pipeline/image_tensor.h"
#include "engine/tensor/device.h"
#include "engine/tensor/torch_status.h"

namespace animate {
namespace {

MakerInfo InfoOf(const ModelInfo& model) {
  return {.name = model.name,
          .digest = model.digest,
          .device = model.device,
          .dtype = model.dtype,
          .width = model.width,
          .height = model.height,
          .steps = model.num_inference_steps,
          .guidance = model.guidance_scale,
          .noise_mode = model.noise_mode};
}

class FrameKeeper : public AnimationObserver {
 public:
  void OnStageStarted(EngineStage) override {}
  void OnStageFinished(EngineStage, absl::Duration) override {}
  void OnStep(int, int, absl::Duration) override {}
  void OnFrame(int, RgbImage frame) override {
    frames.push_back(std::move(frame));
  }

  std::vector<RgbImage> frames;
};

absl::StatusOr<AnimationSpec> SpecOf(const ClipRequest& request,
                                     const ModelInfo& model) {
  AnimationParameters parameters = DefaultParameters(model);
  parameters.width = request.poses.front().width;
  parameters.height = request.poses.front().height;
  parameters.num_frames = static_cast<int>(request.poses.size());
  parameters.seed = request.seed;
  const Sampling& sampling = request.sampling;
  if (sampling.steps.has_value()) {
    parameters.num_inference_steps = *sampling.steps;
  }
  if (sampling.guidance.has_value()) {
    parameters.guidance_scale = *sampling.guidance;
  }
  if (sampling.noise_mode.has_value()) {
    parameters.noise_mode = *sampling.noise_mode;
  }
  Limits limits;
  limits.size_multiple = model.size_multiple;
  limits.max_steps = model.num_train_timesteps;
  limits.max_context_frames = model.max_context_frames;
  return AnimationSpec::Create(parameters, limits);
}

}  // namespace

ModelClipMaker::ModelClipMaker(ModelBundle models)
    : models_(std::move(models)),
      info_(InfoOf(models_.info)),
      pipeline_(models_, PipelineOptions()) {}

absl::StatusOr<std::unique_ptr<ModelClipMaker>> ModelClipMaker::Load(
    const ModelClipMakerOptions& options) {
  ANIMATE_ASSIGN_OR_RETURN(const c10::Device device,
                           ParseDevice(options.device));
  ANIMATE_ASSIGN_OR_RETURN(const c10::ScalarType dtype,
                           ParseDtype(options.dtype, device));
  // As LoadAnimator: no ten-bit mantissas where fp32 was asked for.
  if (dtype == c10::kFloat) at::globalContext().setAllowTF32CuDNN(false);
  ANIMATE_ASSIGN_OR_RETURN(
      ModelBundle models,
      LoadModelBundle(options.model_dir,
                      {.device = device,
                       .dtype = dtype,
                       .temporal_layers = options.temporal_layers}));
  // The constructor is private.
  return std::unique_ptr<ModelClipMaker>(new ModelClipMaker(std::move(models)));
}

absl::StatusOr<std::vector<RgbImage>> ModelClipMaker::Make(
    const ClipRequest& request) {
  if (request.poses.empty()) {
    return absl::InvalidArgumentError("no poses");
  }
  ANIMATE_ASSIGN_OR_RETURN(const AnimationSpec spec,
                           SpecOf(request, models_.info));
  const AnimationInput input{
      .spec = spec,
      .reference = request.reference,
      .poses = {request.poses.begin(), request.poses.end()}};
  FrameKeeper keeper;
  ANIMATE_RETURN_IF_ERROR(
      pipeline_.Animate(input, CancellationToken(), keeper));
  return std::move(keeper.frames);
}

absl::StatusOr<std::vector<RgbImage>> ModelClipMaker::Reconstruct(
    absl::Span<const RgbImage> pictures) const {
  return CallTorch("vae", [&] {
    const c10::InferenceMode inference;
    std::vector<RgbImage> result;
    for (const RgbImage& picture : pictures) {
      const at::Tensor latents = EncodeReferenceLatents(
          models_, picture, picture.width, picture.height);
      result.push_back(FrameImage(DecodeFrame(models_.vae, latents),
                                  PipelineOptions().frame_rounding));
    }
    return result;
  });
}

}  // namespace animate
