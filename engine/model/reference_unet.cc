#include "engine/model/reference_unet.h"

#include <c10/util/Exception.h>

#include "engine/tensor/shape.h"

namespace animate {
namespace {

// Asks for the output layers a whole UNet has, so that Verify knows them.
void AcceptOutputLayers(const Scope& scope, const UnetConfig& config) {
  const int64_t channels = config.block_out_channels[0];
  for (const char* key : {"conv_norm_out.weight", "conv_norm_out.bias"}) {
    if (scope.Has(key)) scope.Get(key, {channels});
  }
  if (scope.Has("conv_out.weight")) {
    scope.Get("conv_out.weight", {config.out_channels, channels, 3, 3});
  }
  if (scope.Has("conv_out.bias")) {
    scope.Get("conv_out.bias", {config.out_channels});
  }
}

}  // namespace

ReferenceUnet::ReferenceUnet(const Scope& scope, const UnetConfig& config,
                             const ExactShortcuts& shortcuts)
    : shortcuts_(shortcuts),
      trunk_(scope, config, /*motion=*/nullptr, shortcuts) {
  AcceptOutputLayers(scope, config);
}

ReferenceFeatures ReferenceUnet::Forward(
    const at::Tensor& latents, const at::Tensor& timesteps,
    const at::Tensor& encoder_hidden_states, Taps* taps) const {
  Shapes shapes;
  shapes.Expect(latents, "latents", "B C h w");
  shapes.Expect(encoder_hidden_states, "encoder_hidden_states", "B L D");
  ReferenceFeatures features;
  nn::ForwardContext context;
  context.encoder_hidden_states = encoder_hidden_states;
  context.record = &features;
  context.taps = taps;
  if (shortcuts_.stop_after_last_feature && taps == nullptr) {
    context.stop_at = &transformer_blocks().back();
  }
  context.temb = trunk_.TimeEmbedding(timesteps.reshape({-1}));
  TORCH_CHECK(
      context.temb.size(0) == 1 || context.temb.size(0) == latents.size(0),
      "timesteps must be one or one per row: got ", timesteps.sizes(), " for ",
      latents.size(0), " rows");
  trunk_.RecordTimeEmbedding(context.temb, latents.size(0), taps);
  trunk_.ForwardRest(trunk_.ForwardFrames(latents, /*added=*/{}, context),
                     context);
  return features;
}

}  // namespace animate
