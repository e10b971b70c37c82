#ifndef ANIMATE_ENGINE_NN_PICTURE_TOKENS_H_
#define ANIMATE_ENGINE_NN_PICTURE_TOKENS_H_

#include <ATen/core/Tensor.h>
#include <c10/core/MemoryFormat.h>

#include "engine/nn/exact_shortcuts.h"

// Pictures as tokens and back, for layers that look at pixels one by one. Both
// are views, without any copy, for pictures in memory as [N, H, W, C].
namespace animate::nn {

// [R, C, h, w] -> [R, h*w, C].
inline at::Tensor TokensOf(const at::Tensor& picture) {
  return picture.permute({0, 2, 3, 1}).flatten(1, 2);
}

// [R, h*w, C] -> [R, C, h, w], height, width and layout those of `like`.
inline at::Tensor PictureOf(const at::Tensor& tokens, const at::Tensor& like) {
  return tokens.unflatten(1, {like.size(2), like.size(3)})
      .permute({0, 3, 1, 2})
      .contiguous(like.suggest_memory_format());
}

// Lays a picture out as the network's shortcuts want it.
inline at::Tensor InLayout(const at::Tensor& picture,
                           const ExactShortcuts& shortcuts) {
  return shortcuts.channels_last
             ? picture.contiguous(at::MemoryFormat::ChannelsLast)
             : picture;
}

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_PICTURE_TOKENS_H_
