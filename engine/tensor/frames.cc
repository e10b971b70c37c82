#include "engine/tensor/frames.h"

#include <c10/util/Exception.h>

#include "engine/tensor/shape.h"

namespace animate {

at::Tensor FoldFrames(const at::Tensor& video) {
  ExpectShape(video, "video", "B C F H W");
  // [B, C, F, H, W] -> [B, F, C, H, W] -> [B*F, C, H, W]
  return video.transpose(1, 2).flatten(0, 1);
}

at::Tensor UnfoldFrames(const at::Tensor& images, int64_t num_frames) {
  ExpectShape(images, "images", "N C H W");
  TORCH_CHECK(num_frames > 0 && images.size(0) % num_frames == 0,
              "cannot unfold ", images.size(0), " images into clips of ",
              num_frames, " frames");
  // [B*F, C, H, W] -> [B, F, C, H, W] -> [B, C, F, H, W]
  return images.unflatten(0, {images.size(0) / num_frames, num_frames})
      .transpose(1, 2);
}

}  // namespace animate
