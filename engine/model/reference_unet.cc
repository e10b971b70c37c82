#include "engine/model/reference_unet.h"

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

ReferenceUnet::ReferenceUnet(const Scope& scope, const UnetConfig& config)
    : trunk_(scope, config, /*motion=*/nullptr) {
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
  trunk_.Forward({.sample = latents, .timesteps = timesteps}, context);
  return features;
}

}  // namespace animate
