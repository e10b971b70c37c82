#include "engine/training/stage_forward.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "engine/tensor/frames.h"

namespace animate {

StageConditions EncodeStageConditions(const StageNetworks& networks,
                                      int64_t clips,
                                      const KeptReferences& kept) {
  StageConditions conditions;
  conditions.reference_rows.assign(static_cast<size_t>(clips), kNoReference);
  const at::TensorOptions options =
      at::TensorOptions(at::kFloat).device(networks.device);
  const at::Tensor nothing =
      at::zeros({clips, 1, networks.cross_attention_dim}, options);
  conditions.encoder_hidden_states = nothing;
  if (kept.clips.empty()) return conditions;
  for (size_t row = 0; row < kept.clips.size(); ++row) {
    conditions.reference_rows[static_cast<size_t>(kept.clips[row])] =
        static_cast<int64_t>(row);
  }
  const at::Tensor embeds = networks.image_encoder.Forward(kept.pixel_values)
                                .unsqueeze(1)
                                .to(at::kFloat);
  const at::Tensor rows = at::tensor(kept.clips).to(networks.device);
  conditions.encoder_hidden_states = nothing.index_copy(0, rows, embeds);
  conditions.reference = networks.reference_unet.Forward(
      kept.latents, at::zeros({1}, rows.options()), embeds);
  return conditions;
}

at::Tensor PredictStage(const StageNetworks& networks,
                        const StageQuestion& question,
                        const StageConditions& conditions) {
  const DenoisingUnet& unet = networks.denoising_unet;
  const PreparedConditioning prepared =
      unet.Prepare({.encoder_hidden_states = conditions.encoder_hidden_states,
                    .reference = &conditions.reference,
                    .reference_rows = conditions.reference_rows});
  // Every frame has a time of its own.
  std::vector<at::Tensor> temb;
  for (const PreparedTimestep& time :
       unet.PrepareTimesteps(question.timesteps)) {
    temb.push_back(time.temb);
  }
  const PreparedTimestep time = {.temb = at::cat(temb), .shifts = {}};
  const int64_t frames = question.noisy.size(0) / prepared.rows;
  const FrameFeatures features =
      unet.ForwardFrames(prepared, time,
                         {.latents = UnfoldFrames(question.noisy, frames),
                          .pose_features = question.pose_features});
  return FoldFrames(unet.ForwardWindows(prepared, time, features, frames));
}

}  // namespace animate
