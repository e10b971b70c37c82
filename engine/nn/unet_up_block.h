#ifndef ANIMATE_ENGINE_NN_UNET_UP_BLOCK_H_
#define ANIMATE_ENGINE_NN_UNET_UP_BLOCK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/nn/forward_context.h"
#include "engine/nn/unet_layer.h"
#include "engine/nn/upsample.h"
#include "engine/tensor/parameters.h"

namespace animate::nn {

enum class Upsampler { kNone, kPresent };

struct UnetUpBlockConfig {
  int64_t in_channels;         // of the block below
  int64_t last_skip_channels;  // of the skip its last layer reads; the others
                               // have out_channels
  int64_t num_layers = 3;
  UnetLayerConfig layer;
  Upsampler upsampler = Upsampler::kPresent;
};

// Layers, each on [hidden ; skip] along the channels, then upsamplers.0.
// Matches diffusers' CrossAttnUpBlock2D and UpBlock2D, with motion modules as
// in AnimateDiff. Immutable.
class UnetUpBlock {
 public:
  UnetUpBlock(const Scope& scope, const UnetUpBlockConfig& config);

  // x: [B*F, in_channels, h, w] -> [B*F, out_channels, h', w']. Takes
  // num_layers entries off the back of `skips`; h' and w' are those of the
  // entry then last, so that odd sides come back as they went down. Undefined
  // when context.stop_at is one of its transformer blocks.
  at::Tensor Forward(const at::Tensor& x, const ForwardContext& context,
                     std::vector<at::Tensor>& skips) const;

  const std::vector<UnetLayer>& layers() const { return layers_; }

 private:
  std::string path_;
  std::vector<UnetLayer> layers_;
  std::optional<Upsample2D> upsampler_;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_UNET_UP_BLOCK_H_
