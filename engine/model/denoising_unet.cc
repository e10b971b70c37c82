#include "engine/model/denoising_unet.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tensor.h>
#include <c10/util/Exception.h>

#include <utility>

#include "engine/tensor/frames.h"
#include "engine/tensor/shape.h"

namespace animate {
namespace {

// [B, C, F, h, w] -> [B*F, C, h, w]; undefined stays undefined.
at::Tensor Fold(const at::Tensor& video) {
  return video.defined() ? FoldFrames(video) : video;
}

// As many of `rows` as `video` is given: it may have one for all.
at::Tensor ForRows(const at::Tensor& video, int64_t rows) {
  return video.expand({rows, -1, -1, -1, -1});
}

nn::ForwardContext ContextOf(const PreparedConditioning& conditioning,
                             const PreparedTimestep& time, Taps* taps) {
  nn::ForwardContext context;
  context.temb = time.temb;
  context.encoder_hidden_states = conditioning.encoder_hidden_states;
  context.reference = &conditioning.reference;
  context.reference_rows = conditioning.reference_rows;
  if (!conditioning.blocks.empty()) context.blocks = &conditioning.blocks;
  if (!time.shifts.empty()) context.time_shifts = &time.shifts;
  context.taps = taps;
  return context;
}

}  // namespace

DenoisingUnet::DenoisingUnet(const Scope& scope, const UnetConfig& config,
                             const MotionConfig& motion,
                             const ExactShortcuts& shortcuts)
    : shortcuts_(shortcuts),
      base_channels_(config.block_out_channels[0]),
      trunk_(scope, config, &motion, shortcuts),
      conv_norm_out_path_((scope / "conv_norm_out").path()),
      conv_out_path_((scope / "conv_out").path()),
      conv_norm_out_(scope / "conv_norm_out", config.norm_num_groups,
                     config.block_out_channels[0], config.norm_eps),
      conv_out_(scope / "conv_out", config.block_out_channels[0],
                config.out_channels,
                {.channels_last = shortcuts.channels_last}) {}

PreparedConditioning DenoisingUnet::Prepare(
    const ConditioningInputs& inputs) const {
  ExpectShape(inputs.encoder_hidden_states, "encoder_hidden_states", "B L D");
  CheckReference(inputs);
  PreparedConditioning prepared;
  prepared.rows = inputs.encoder_hidden_states.size(0);
  prepared.encoder_hidden_states = inputs.encoder_hidden_states;
  if (inputs.reference != nullptr) {
    prepared.reference = *inputs.reference;
    prepared.reference_rows = inputs.reference_rows;
  }
  if (!shortcuts_.cached_reference) return prepared;
  prepared.blocks = trunk_.Prepare(ContextOf(prepared, {}, nullptr));
  prepared.reference = {};
  return prepared;
}

std::vector<PreparedTimestep> DenoisingUnet::PrepareTimesteps(
    c10::ArrayRef<int64_t> timesteps) const {
  return PrepareTimes(at::tensor(timesteps).to(conv_out_.weight.device()));
}

std::vector<PreparedTimestep> DenoisingUnet::PrepareTimes(
    const at::Tensor& timesteps) const {
  const at::Tensor temb = trunk_.TimeEmbedding(timesteps);  // [T, D]
  std::vector<PreparedTimestep> prepared(static_cast<size_t>(temb.size(0)));
  for (size_t t = 0; t < prepared.size(); ++t) {
    prepared[t].temb = temb.narrow(0, static_cast<int64_t>(t), 1);
  }
  if (!shortcuts_.folded_time_shifts) return prepared;
  std::vector<nn::TimeShiftMap> shifts = trunk_.TimeShifts(temb);
  for (size_t t = 0; t < prepared.size(); ++t) {
    prepared[t].shifts = std::move(shifts[t]);
  }
  return prepared;
}

FrameFeatures DenoisingUnet::ForwardFrames(
    const PreparedConditioning& conditioning, const PreparedTimestep& time,
    const FrameInputs& frames, Taps* taps) const {
  const int64_t rows = conditioning.rows;
  const bool one_row = frames.latents.size(0) == 1;
  const bool one_pose =
      frames.pose_features.defined() && frames.pose_features.size(0) == 1;
  Shapes shapes;
  shapes.Expect(frames.latents, "latents", "L C F h w");
  TORCH_CHECK(one_row || shapes["L"] == rows, "latents must have 1 or ", rows,
              " rows: got ", shapes["L"]);
  if (frames.pose_features.defined()) {
    shapes.Expect(frames.pose_features, "pose_features", "P D F h w");
    TORCH_CHECK(shapes["D"] == base_channels_ || shapes["D"] == shapes["C"],
                "pose_features must have ", base_channels_, " channels, or ",
                shapes["C"], " to be added to the latents: got ", shapes["D"]);
    TORCH_CHECK(one_pose || shapes["P"] == rows,
                "pose_features must have 1 or ", rows, " rows: got ",
                shapes["P"]);
  }
  nn::ForwardContext context = ContextOf(conditioning, time, taps);
  context.num_frames = shapes["F"];
  const bool one_pose_or_none = one_pose || !frames.pose_features.defined();
  context.one_row_for_all = shortcuts_.shared_front && one_row &&
                            one_pose_or_none && rows > 1 &&
                            time.temb.size(0) == 1;
  const at::Tensor latents =
      context.one_row_for_all ? frames.latents : ForRows(frames.latents, rows);
  const bool after_conv_in = frames.pose_features.defined() &&
                             frames.pose_features.size(1) == base_channels_;
  const UnetTrunk::Front front =
      after_conv_in || !frames.pose_features.defined()
          ? trunk_.ForwardFrames(FoldFrames(latents),
                                 Fold(frames.pose_features), context)
          : trunk_.ForwardFrames(FoldFrames(latents + frames.pose_features),
                                 /*added=*/{}, context);
  return {.skip = front.skip.unflatten(0, {-1, shapes["F"]}),
          .hidden = front.hidden.unflatten(0, {-1, shapes["F"]})};
}

at::Tensor DenoisingUnet::ForwardWindows(
    const PreparedConditioning& conditioning, const PreparedTimestep& time,
    const FrameFeatures& frames, int64_t window_frames, Taps* taps) const {
  TORCH_CHECK(window_frames > 0 && frames.num_frames() % window_frames == 0,
              frames.num_frames(), " frames are no whole number of windows of ",
              window_frames, " frames");
  nn::ForwardContext context = ContextOf(conditioning, time, taps);
  context.num_frames = window_frames;
  const int64_t rows = frames.hidden.size(0);
  const at::Tensor skip =
      frames.skip.size(0) == rows ? frames.skip : ForRows(frames.skip, rows);
  at::Tensor hidden = trunk_.ForwardRest(
      {.skip = skip.flatten(0, 1), .hidden = frames.hidden.flatten(0, 1)},
      context);
  hidden = Tap(taps, conv_norm_out_path_, conv_norm_out_.Forward(hidden));
  // Recorded values must survive.
  hidden = taps == nullptr ? nn::SiluOf(hidden) : at::silu(hidden);
  hidden = Tap(taps, conv_out_path_, conv_out_.Forward(hidden));
  return UnfoldFrames(hidden, frames.num_frames());
}

at::Tensor DenoisingUnet::Forward(const DenoisingUnetInputs& inputs,
                                  Taps* taps) const {
  Shapes shapes;
  shapes.Expect(inputs.latents, "latents", "B C F h w");
  shapes.Expect(inputs.encoder_hidden_states, "encoder_hidden_states", "B L D");
  TORCH_CHECK(inputs.timesteps.numel() == 1 ||
                  (inputs.timesteps.dim() == 1 &&
                   inputs.timesteps.size(0) == shapes["B"]),
              "timesteps must be one or one per row: got ",
              inputs.timesteps.sizes(), " for ", shapes["B"], " rows");
  const PreparedConditioning conditioning =
      Prepare({.encoder_hidden_states = inputs.encoder_hidden_states,
               .reference = inputs.reference,
               .reference_rows = inputs.reference_rows});
  PreparedTimestep time;
  if (inputs.timesteps.numel() == 1) {
    time = PrepareTimes(inputs.timesteps.reshape({1})).front();
  } else {
    time.temb = trunk_.TimeEmbedding(inputs.timesteps);
  }
  trunk_.RecordTimeEmbedding(time.temb, conditioning.rows, taps);
  const FrameFeatures frames = ForwardFrames(
      conditioning, time,
      {.latents = inputs.latents, .pose_features = inputs.pose_features}, taps);
  return ForwardWindows(conditioning, time, frames, shapes["F"], taps);
}

void DenoisingUnet::CheckReference(const ConditioningInputs& inputs) const {
  if (inputs.reference == nullptr || inputs.reference->empty()) return;
  const std::vector<ReferenceFeatures::Block>& blocks =
      inputs.reference->blocks;
  const std::vector<std::string>& names = transformer_blocks();
  TORCH_CHECK(blocks.size() == names.size(), "reference features must have ",
              names.size(), " blocks: got ", blocks.size());
  TORCH_CHECK(static_cast<int64_t>(inputs.reference_rows.size()) ==
                  inputs.encoder_hidden_states.size(0),
              "reference_rows must have one entry per row: got ",
              inputs.reference_rows.size(), ", want ",
              inputs.encoder_hidden_states.size(0));
  for (const int64_t row : inputs.reference_rows) {
    TORCH_CHECK(row == kNoReference ||
                    (row >= 0 && row < blocks.front().tokens.size(0)),
                "reference_rows: no row ", row, " in features of ",
                blocks.front().tokens.size(0));
  }
}

}  // namespace animate
