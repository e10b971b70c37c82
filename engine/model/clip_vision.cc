#include "engine/model/clip_vision.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv2d.h>
#include <c10/util/Exception.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "engine/tensor/shape.h"

namespace animate {
namespace {

nn::ClipLayerConfig LayerOf(const ClipVisionConfig& config) {
  return {.hidden_size = config.hidden_size,
          .intermediate_size = config.intermediate_size,
          .heads = config.num_attention_heads,
          .layer_norm_eps = config.layer_norm_eps,
          .hidden_act = config.hidden_act == "gelu"
                            ? nn::ClipActivation::kGelu
                            : nn::ClipActivation::kQuickGelu};
}

int64_t NumPositions(const ClipVisionConfig& config) {
  const int64_t side = config.image_size / config.patch_size;
  return 1 + side * side;
}

std::string HiddenStateName(size_t index) {
  return absl::StrCat("hidden_states.", index);
}

}  // namespace

ClipVision::ClipVision(const Scope& scope, const ClipVisionConfig& config)
    : image_size_(config.image_size),
      patch_size_(config.patch_size),
      class_embedding_(scope.Get("vision_model.embeddings.class_embedding",
                                 {config.hidden_size})),
      patch_embedding_(
          scope.Get("vision_model.embeddings.patch_embedding.weight",
                    {config.hidden_size, config.num_channels, config.patch_size,
                     config.patch_size})),
      position_embedding_(
          scope.Get("vision_model.embeddings.position_embedding.weight",
                    {NumPositions(config), config.hidden_size})),
      pre_layrnorm_(scope / "vision_model" / "pre_layrnorm", config.hidden_size,
                    config.layer_norm_eps),
      post_layernorm_(scope / "vision_model" / "post_layernorm",
                      config.hidden_size, config.layer_norm_eps),
      visual_projection_(scope / "visual_projection", config.hidden_size,
                         config.projection_dim, nn::Bias::kNone) {
  scope.Ignore("vision_model.embeddings.position_ids");
  const Scope layers = scope / "vision_model" / "encoder" / "layers";
  for (int i = 0; i < config.num_hidden_layers; ++i) {
    layers_.emplace_back(layers / i, LayerOf(config));
  }
}

at::Tensor ClipVision::Forward(const at::Tensor& pixel_values,
                               Taps* taps) const {
  ExpectShape(pixel_values, "pixel_values", "B C H W");
  TORCH_CHECK(pixel_values.size(2) == image_size_ &&
                  pixel_values.size(3) == image_size_,
              "pixel_values must be ", image_size_, " pixels square: got ",
              pixel_values.sizes());
  at::Tensor hidden = pre_layrnorm_.Forward(Embed(pixel_values));
  Tap(taps, HiddenStateName(0), hidden);
  for (size_t i = 0; i < layers_.size(); ++i) {
    hidden = layers_[i].Forward(hidden);
    Tap(taps, HiddenStateName(i + 1), hidden);
  }
  const at::Tensor pooled = post_layernorm_.Forward(hidden.select(1, 0));
  return visual_projection_.Forward(Tap(taps, "post_layernorm", pooled));
}

at::Tensor ClipVision::Embed(const at::Tensor& pixel_values) const {
  const at::Tensor patches = at::conv2d(pixel_values, patch_embedding_,
                                        /*bias=*/{}, {patch_size_, patch_size_})
                                 .flatten(2)
                                 .transpose(1, 2);  // [B, patches, D]
  const at::Tensor class_token =
      class_embedding_.expand({pixel_values.size(0), 1, -1});
  return at::cat({class_token, patches}, 1) + position_embedding_;
}

}  // namespace animate
