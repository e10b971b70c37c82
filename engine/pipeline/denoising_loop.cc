#include "engine/pipeline/denoising_loop.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/ScalarType.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/diffusion/guidance.h"
#include "engine/pipeline/conditioning.h"
#include "engine/pipeline/shared_frames.h"
#include "engine/pipeline/window_budget.h"
#include "engine/tensor/shape.h"

namespace animate {
namespace {

// A window's frames as the tensor operations want them.
struct WindowOnDevice {
  at::Tensor frames;   // int64 [f]
  at::Tensor weights;  // fp32 [1, 1, f, 1, 1]
};

// Everything that stays the same from step to step.
struct Run {
  const DenoisingUnet& unet;
  const DenoisingInputs& inputs;
  const CancellationToken& token;
  PreparedConditioning conditioning;
  PoseFeatures poses;
  int windows_per_batch = 1;
  std::vector<WindowBatch> batches;
  std::vector<WindowOnDevice> windows;
  std::vector<int> final_frames;  // see FinalFrameCounts

  bool guided() const { return inputs.guidance_scale > 1.0; }
};

int WindowsPerBatch(const DenoisingInputs& inputs,
                    const PreparedConditioning& conditioning, int64_t channels,
                    const PipelineOptions& options) {
  if (options.windows_per_batch > 0) return options.windows_per_batch;
  const at::Tensor& latents = inputs.latents;
  if (latents.is_cpu() || inputs.windows.size() < 2) return 1;
  const WindowShape shape = {
      .rows = conditioning.rows,
      .frames = static_cast<int64_t>(inputs.windows.front().size()),
      .cells = latents.size(3) * latents.size(4),
      .channels = channels,
      .element_bytes = static_cast<int64_t>(
          conditioning.encoder_hidden_states.element_size())};
  return WindowsThatFit(shape, FreeDeviceBytes(latents.device()));
}

std::vector<WindowOnDevice> MoveWindows(const DenoisingInputs& inputs,
                                        const PipelineOptions& options) {
  const int num_frames = static_cast<int>(inputs.latents.size(2));
  WindowWeights weights = inputs.window_weights;
  if (weights.empty()) weights = AveragingWeights(inputs.windows, num_frames);
  const bool summed = options.skip_window_average_without_guidance &&
                      inputs.guidance_scale <= 1.0;
  std::vector<WindowOnDevice> windows;
  for (size_t i = 0; i < inputs.windows.size(); ++i) {
    if (summed) std::fill(weights[i].begin(), weights[i].end(), 1.0f);
    const std::vector<int64_t> frames(inputs.windows[i].begin(),
                                      inputs.windows[i].end());
    const at::Device device = inputs.latents.device();
    windows.push_back(
        {.frames = at::tensor(frames).to(device),
         .weights = at::tensor(weights[i]).view({1, 1, -1, 1, 1}).to(device)});
  }
  return windows;
}

void CheckInputs(const DenoisingInputs& inputs, const PoseFeatures& poses) {
  Shapes shapes;
  shapes.Expect(inputs.latents, "latents", "1 C F h w");
  if (!inputs.poses.has_value()) {
    shapes.Expect(inputs.pose_features, "pose_features", "1 P F h w");
  }
  if (!inputs.conditioning.has_value()) {
    shapes.Expect(inputs.image_embeds, "image_embeds", "1 D");
  }
  const int64_t num_frames = inputs.latents.size(2);
  TORCH_CHECK(poses.num_frames() == num_frames, "there are poses for ",
              poses.num_frames(), " of ", num_frames, " frames");
  std::vector<bool> covered(static_cast<size_t>(num_frames));
  for (const ContextWindow& window : inputs.windows) {
    for (const int frame : window) {
      TORCH_CHECK(frame >= 0 && frame < num_frames, "a window holds frame ",
                  frame, " of ", num_frames);
      covered[static_cast<size_t>(frame)] = true;
    }
  }
  TORCH_CHECK(std::count(covered.begin(), covered.end(), false) == 0,
              "windows do not cover all of ", num_frames, " frames");
  if (inputs.window_weights.empty()) return;
  TORCH_CHECK(inputs.window_weights.size() == inputs.windows.size(),
              "there are weights for ", inputs.window_weights.size(), " of ",
              inputs.windows.size(), " windows");
  for (size_t i = 0; i < inputs.windows.size(); ++i) {
    TORCH_CHECK(inputs.window_weights[i].size() == inputs.windows[i].size(),
                "there are weights for ", inputs.window_weights[i].size(),
                " of ", inputs.windows[i].size(), " frames of a window");
  }
}

Run MakeRun(const DenoisingUnet& unet, const DenoisingInputs& inputs,
            const PipelineOptions& options, const CancellationToken& token) {
  Run run = {.unet = unet,
             .inputs = inputs,
             .token = token,
             .conditioning = {},
             .poses = inputs.poses.has_value()
                          ? *inputs.poses
                          : PoseFeatures(inputs.pose_features),
             .windows_per_batch = 1,
             .batches = {},
             .windows = {},
             .final_frames = {}};
  CheckInputs(inputs, run.poses);
  run.conditioning =
      inputs.conditioning.has_value()
          ? *inputs.conditioning
          : PrepareConditioning(unet, inputs.image_embeds,
                                inputs.reference_features, run.guided());
  run.windows_per_batch =
      WindowsPerBatch(inputs, run.conditioning, unet.base_channels(), options);
  run.batches = BatchWindows(inputs.windows, run.windows_per_batch);
  if (!options.share_window_overlap) {
    for (WindowBatch& batch : run.batches) batch.needed_later.clear();
  }
  run.windows = MoveWindows(inputs, options);
  run.final_frames = FinalFrameCounts(inputs.windows,
                                      static_cast<int>(inputs.latents.size(2)));
  return run;
}

// The frames before the first window: per-frame layers of one step.
SharedFrames FramesOf(const Run& run, const PreparedTimestep& time,
                      const at::Tensor& latents) {
  const at::Tensor input =
      latents.to(run.conditioning.encoder_hidden_states.scalar_type());
  return SharedFrames([&run, &time, input](const std::vector<int64_t>& frames) {
    const at::Tensor index = at::tensor(frames).to(input.device());
    return run.unet.ForwardFrames(run.conditioning, time,
                                  {.latents = input.index_select(2, index),
                                   .pose_features = run.poses.Select(frames)});
  });
}

// Called after each batch with how many frames are final from the beginning on
// and the prediction as far as it has come.
using BatchObserver =
    std::function<absl::Status(int final_frames, const at::Tensor& noise_pred)>;

// The prediction for all frames, guided: fp32 [1, 4, F, h, w]. Guidance is
// linear, so windows are added up after it, in half the memory.
absl::StatusOr<at::Tensor> Predict(const Run& run, const PreparedTimestep& time,
                                   const at::Tensor& latents,
                                   const BatchObserver& observer) {
  at::Tensor noise_pred = at::zeros_like(latents);
  SharedFrames frames = FramesOf(run, time, latents);
  for (const WindowBatch& batch : run.batches) {
    ANIMATE_RETURN_IF_ERROR(run.token.Check());
    at::Tensor predicted =
        run.unet
            .ForwardWindows(run.conditioning, time, frames.Take(batch),
                            batch.window_frames)
            .to(at::kFloat);  // [B, 4, W*f, h, w]
    if (run.guided()) {
      predicted = ApplyGuidance(predicted, run.inputs.guidance_scale);
    }
    const size_t end = batch.first_window + batch.num_windows;
    for (size_t i = batch.first_window; i < end; ++i) {
      const int64_t offset =
          static_cast<int64_t>(i - batch.first_window) * batch.window_frames;
      const WindowOnDevice& window = run.windows[i];
      noise_pred.index_add_(
          2, window.frames,
          predicted.narrow(2, offset, batch.window_frames) * window.weights);
    }
    ANIMATE_RETURN_IF_ERROR(observer(run.final_frames[end - 1], noise_pred));
  }
  return noise_pred;
}

at::Tensor TakeStep(const DdimScheduler& scheduler, int timestep,
                    const at::Tensor& noise_pred, const at::Tensor& latents) {
  const std::optional<DdimCoefficients> step = scheduler.Coefficients(timestep);
  if (!step.has_value()) return scheduler.Step(noise_pred, timestep, latents);
  return (latents * step->sample).add_(noise_pred, step->model_output);
}

// Waits until the device has computed `tensor`.
void Synchronize(const at::Tensor& tensor) {
  if (!tensor.is_cpu()) tensor.flatten()[0].item();
}

absl::Status CheckFinite(const at::Tensor& latents) {
  if (at::isfinite(latents).all().item<bool>()) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kInternal,
      "denoising produced values that are not finite; try a wider type than "
      "the networks' present one",
      {.reason = "NAN_OUTPUT"});
}

// The last step, frame by frame: what is final leaves while later windows are
// still to be computed.
class LastStep {
 public:
  LastStep(const DdimScheduler& scheduler, int timestep,
           const at::Tensor& latents, const FinalLatentsObserver& on_final)
      : scheduler_(scheduler),
        timestep_(timestep),
        latents_(latents),
        on_final_(on_final) {}

  absl::Status OnBatch(int final_frames, const at::Tensor& noise_pred) {
    if (on_final_ == nullptr || final_frames == latents_.size(2)) {
      return absl::OkStatus();
    }
    if (final_frames <= num_frames_) return absl::OkStatus();
    const int first = num_frames_;
    const at::Tensor& latents = Append(final_frames, noise_pred);
    ANIMATE_RETURN_IF_ERROR(CheckFinite(latents));
    return on_final_(first, latents);
  }

  // The latents of all frames; those announced are the very same.
  at::Tensor Finish(const at::Tensor& noise_pred) {
    Append(static_cast<int>(latents_.size(2)), noise_pred);
    return at::cat(parts_, 2);
  }

 private:
  const at::Tensor& Append(int end, const at::Tensor& noise_pred) {
    const int64_t count = end - num_frames_;
    parts_.push_back(TakeStep(scheduler_, timestep_,
                              noise_pred.narrow(2, num_frames_, count),
                              latents_.narrow(2, num_frames_, count)));
    num_frames_ = end;
    return parts_.back();
  }

  const DdimScheduler& scheduler_;
  const int timestep_;
  const at::Tensor& latents_;
  const FinalLatentsObserver& on_final_;
  int num_frames_ = 0;
  std::vector<at::Tensor> parts_;
};

}  // namespace

PreparedConditioning PrepareConditioning(
    const DenoisingUnet& unet, const at::Tensor& image_embeds,
    const ReferenceFeatures& reference_features, bool guided) {
  return unet.Prepare(
      {.encoder_hidden_states = EncoderHiddenStates(image_embeds, guided),
       .reference = &reference_features,
       .reference_rows = guided ? std::vector<int64_t>{kNoReference, 0}
                                : std::vector<int64_t>{0}});
}

absl::StatusOr<at::Tensor> Denoise(const DenoisingUnet& unet,
                                   const DdimScheduler& scheduler,
                                   const DenoisingInputs& inputs,
                                   const PipelineOptions& options,
                                   const CancellationToken& token,
                                   const DenoisingStepObserver& observer,
                                   const FinalLatentsObserver& on_final) {
  const Run run = MakeRun(unet, inputs, options, token);
  const std::vector<int>& timesteps = scheduler.timesteps();
  const std::vector<PreparedTimestep> times = unet.PrepareTimesteps(
      std::vector<int64_t>(timesteps.begin(), timesteps.end()));
  const BatchObserver ignore = [](int, const at::Tensor&) {
    return absl::OkStatus();
  };

  TORCH_CHECK(inputs.first_step >= 0 &&
                  inputs.first_step < static_cast<int>(timesteps.size()),
              "first_step is ", inputs.first_step, " of ", timesteps.size());
  at::Tensor latents = inputs.latents.to(at::kFloat);
  for (auto i = static_cast<size_t>(inputs.first_step); i < timesteps.size();
       ++i) {
    const bool last = i + 1 == timesteps.size();
    LastStep last_step(scheduler, timesteps[i], latents, on_final);
    const BatchObserver announce = [&last_step](int frames,
                                                const at::Tensor& noise_pred) {
      return last_step.OnBatch(frames, noise_pred);
    };
    ANIMATE_ASSIGN_OR_RETURN(
        const at::Tensor noise_pred,
        Predict(run, times[i], latents, last ? announce : ignore));
    latents = last ? last_step.Finish(noise_pred)
                   : TakeStep(scheduler, timesteps[i], noise_pred, latents);
    Synchronize(latents);
    observer({.index = static_cast<int>(i),
              .timestep = timesteps[i],
              .noise_pred = noise_pred,
              .latents = latents,
              .windows_per_batch = run.windows_per_batch});
  }
  ANIMATE_RETURN_IF_ERROR(CheckFinite(latents));
  return latents.to(inputs.latents.scalar_type());
}

}  // namespace animate
