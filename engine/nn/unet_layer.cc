#include "engine/nn/unet_layer.h"

#include <string>
#include <vector>

#include "engine/nn/recompute.h"

namespace animate::nn {

UnetLayer::UnetLayer(const Scope& block, int index, int64_t in_channels,
                     const UnetLayerConfig& config)
    : shortcuts_(config.shortcuts),
      resnet_(block / "resnets" / index, config.Resnet(in_channels)) {
  if (config.attention.has_value()) {
    attention_.emplace(block / "attentions" / index, config.out_channels,
                       *config.attention);
  }
  if (config.motion.has_value()) {
    motion_module_.emplace(block / "motion_modules" / index,
                           config.out_channels, *config.motion);
  }
}

at::Tensor UnetLayer::Forward(const at::Tensor& x,
                              const ForwardContext& context) const {
  const at::Tensor hidden = ForwardFrames(x, context);
  return hidden.defined() ? ForwardMotion(hidden, context) : hidden;
}

at::Tensor UnetLayer::ForwardFrames(const at::Tensor& x,
                                    const ForwardContext& context) const {
  return Recomputes(x, context) ? RecomputedFrames(x, context)
                                : PlainFrames(x, context);
}

at::Tensor UnetLayer::PlainFrames(const at::Tensor& x,
                                  const ForwardContext& context) const {
  at::Tensor hidden = ForwardResnet(resnet_, x, context);
  if (attention_.has_value()) return attention_->Forward(hidden, context);
  if (!context.one_row_for_all) return hidden;
  return hidden.repeat({context.encoder_hidden_states.size(0), 1, 1, 1});
}

at::Tensor UnetLayer::ForwardMotion(const at::Tensor& x,
                                    const ForwardContext& context) const {
  if (!motion_module_.has_value()) return x;
  const bool recompute =
      shortcuts_.recomputed_activations && context.taps == nullptr &&
      (NeedsGradient(x) || motion_module_->RequiresGradients());
  if (!recompute) {
    return motion_module_->Forward(x, context.num_frames, context.taps);
  }
  const int64_t frames = context.num_frames;
  return Recompute(
             [this, frames](const std::vector<at::Tensor>& inputs) {
               return std::vector<at::Tensor>{
                   motion_module_->Forward(inputs[0], frames, nullptr)};
             },
             {x})
      .front();
}

bool UnetLayer::Recomputes(const at::Tensor& x,
                           const ForwardContext& context) const {
  // What sampling prepares and shares has no place where there are gradients.
  const bool plain = context.taps != nullptr || context.blocks != nullptr ||
                     context.time_shifts != nullptr || context.one_row_for_all;
  return shortcuts_.recomputed_activations && !plain &&
         (NeedsGradient(x) || resnet_.RequiresGradients());
}

// Everything that may require gradients goes in and out by hand: the context
// does not live as long as the computation.
at::Tensor UnetLayer::RecomputedFrames(const at::Tensor& x,
                                       const ForwardContext& context) const {
  std::vector<std::string> blocks;
  if (attention_.has_value()) {
    for (const BasicTransformerBlock& block :
         attention_->transformer_blocks()) {
      blocks.push_back(block.path());
    }
  }
  std::vector<at::Tensor> inputs = {x, context.temb,
                                    context.encoder_hidden_states};
  const bool reads =
      context.reference != nullptr && !context.reference->empty();
  for (const std::string& block : blocks) {
    inputs.push_back(reads ? context.reference->Find(block) : at::Tensor());
  }
  const bool records = context.record != nullptr;
  const std::string stop_at =
      context.stop_at != nullptr ? *context.stop_at : "";
  const auto run = [this, blocks, reads, records, stop_at,
                    num_frames = context.num_frames,
                    rows = context.reference_rows.vec()](
                       const std::vector<at::Tensor>& given) {
    ReferenceFeatures reference;
    for (size_t i = 0; reads && i < blocks.size(); ++i) {
      reference.blocks.push_back({blocks[i], given[3 + i]});
    }
    ReferenceFeatures record;
    ForwardContext inner;
    inner.num_frames = num_frames;
    inner.temb = given[1];
    inner.encoder_hidden_states = given[2];
    inner.reference = &reference;
    inner.reference_rows = rows;
    inner.record = records ? &record : nullptr;
    inner.stop_at = stop_at.empty() ? nullptr : &stop_at;
    std::vector<at::Tensor> results = {PlainFrames(given[0], inner)};
    for (const ReferenceFeatures::Block& block : record.blocks) {
      results.push_back(block.tokens);
    }
    return results;
  };
  const std::vector<at::Tensor> results = Recompute(run, inputs);
  for (size_t i = 1; i < results.size(); ++i) {
    context.record->blocks.push_back({blocks[i - 1], results[i]});
  }
  return results.front();
}

at::Tensor ForwardResnet(const ResnetBlock2D& resnet, const at::Tensor& x,
                         const ForwardContext& context) {
  if (context.time_shifts != nullptr) {
    const auto found = context.time_shifts->find(resnet.path());
    if (found != context.time_shifts->end()) {
      return resnet.ForwardShifted(x, found->second, context.taps);
    }
  }
  return resnet.Forward(x, context.temb, context.taps);
}

}  // namespace animate::nn
