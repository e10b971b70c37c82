#ifndef ANIMATE_ENGINE_NN_UNET_DOWN_BLOCK_H_
#define ANIMATE_ENGINE_NN_UNET_DOWN_BLOCK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/nn/forward_context.h"
#include "engine/nn/resnet.h"
#include "engine/nn/unet_layer.h"
#include "engine/tensor/parameters.h"

namespace animate::nn {

struct UnetDownBlockConfig {
  int64_t in_channels;
  int64_t num_layers = 2;
  UnetLayerConfig layer;
  std::optional<int64_t> downsample_padding;  // none: the last block
};

// Layers, then downsamplers.0. Matches diffusers' CrossAttnDownBlock2D and
// DownBlock2D, with motion modules as in AnimateDiff. Immutable.
class UnetDownBlock {
 public:
  UnetDownBlock(const Scope& scope, const UnetDownBlockConfig& config);

  // x: [B*F, in_channels, h, w] -> [B*F, out_channels, h', w'], h' = ceil(h/2)
  // with a downsampler. Appends to `skips` what the up block of this level
  // will read: the result of each layer and of the downsampler.
  at::Tensor Forward(const at::Tensor& x, const ForwardContext& context,
                     std::vector<at::Tensor>& skips) const;

  // Forward in two: up to the first place where frames meet, and from there.
  at::Tensor ForwardFrames(const at::Tensor& x,
                           const ForwardContext& context) const;
  at::Tensor ForwardRest(const at::Tensor& front, const ForwardContext& context,
                         std::vector<at::Tensor>& skips) const;

  const std::vector<UnetLayer>& layers() const { return layers_; }

 private:
  std::string path_;
  std::vector<UnetLayer> layers_;
  std::optional<Downsample2D> downsampler_;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_UNET_DOWN_BLOCK_H_
