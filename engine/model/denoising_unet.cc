#include "engine/model/denoising_unet.h"

#include <ATen/ops/silu.h>
#include <c10/util/Exception.h>

#include "engine/tensor/frames.h"
#include "engine/tensor/shape.h"

namespace animate {
namespace {

// The pose features of every row, folded: [B*F, C, h, w].
at::Tensor FoldPose(const at::Tensor& pose_features, int64_t clips) {
  if (!pose_features.defined()) return {};
  const bool shared = pose_features.size(0) == 1;
  return FoldFrames(shared ? pose_features.expand({clips, -1, -1, -1, -1})
                           : pose_features);
}

}  // namespace

DenoisingUnet::DenoisingUnet(const Scope& scope, const UnetConfig& config,
                             const MotionConfig& motion)
    : trunk_(scope, config, &motion),
      conv_norm_out_path_((scope / "conv_norm_out").path()),
      conv_out_path_((scope / "conv_out").path()),
      conv_norm_out_(scope / "conv_norm_out", config.norm_num_groups,
                     config.block_out_channels[0], config.norm_eps),
      conv_out_(scope / "conv_out", config.block_out_channels[0],
                config.out_channels) {}

at::Tensor DenoisingUnet::Forward(const DenoisingUnetInputs& inputs,
                                  Taps* taps) const {
  Shapes shapes;
  shapes.Expect(inputs.latents, "latents", "B C F h w");
  shapes.Expect(inputs.encoder_hidden_states, "encoder_hidden_states", "B L D");
  if (inputs.pose_features.defined()) {
    const bool shared = inputs.pose_features.size(0) == 1;
    shapes.Expect(inputs.pose_features, "pose_features",
                  shared ? "1 P F h w" : "B P F h w");
  }
  CheckReference(inputs);

  nn::ForwardContext context;
  context.num_frames = shapes["F"];
  context.encoder_hidden_states = inputs.encoder_hidden_states;
  context.reference = inputs.reference;
  context.reference_rows = inputs.reference_rows;
  context.taps = taps;
  at::Tensor hidden =
      trunk_.Forward({.sample = FoldFrames(inputs.latents),
                      .timesteps = inputs.timesteps,
                      .added = FoldPose(inputs.pose_features, shapes["B"])},
                     context);
  hidden = Tap(taps, conv_norm_out_path_, conv_norm_out_.Forward(hidden));
  hidden = Tap(taps, conv_out_path_, conv_out_.Forward(at::silu(hidden)));
  return UnfoldFrames(hidden, shapes["F"]);
}

void DenoisingUnet::CheckReference(const DenoisingUnetInputs& inputs) const {
  if (inputs.reference == nullptr || inputs.reference->empty()) return;
  const std::vector<ReferenceFeatures::Block>& blocks =
      inputs.reference->blocks;
  const std::vector<std::string>& names = transformer_blocks();
  TORCH_CHECK(blocks.size() == names.size(), "reference features must have ",
              names.size(), " blocks: got ", blocks.size());
  TORCH_CHECK(static_cast<int64_t>(inputs.reference_rows.size()) ==
                  inputs.latents.size(0),
              "reference_rows must have one entry per row of latents: got ",
              inputs.reference_rows.size(), ", want ", inputs.latents.size(0));
  for (const int64_t row : inputs.reference_rows) {
    TORCH_CHECK(row == kNoReference ||
                    (row >= 0 && row < blocks.front().tokens.size(0)),
                "reference_rows: no row ", row, " in features of ",
                blocks.front().tokens.size(0));
  }
}

}  // namespace animate
