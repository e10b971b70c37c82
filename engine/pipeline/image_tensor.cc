#include "engine/pipeline/image_tensor.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <array>
#include <cstring>

#include "engine/raster/pillow_resize.h"
#include "engine/tensor/shape.h"

namespace animate {
namespace {

// openai/clip-vit-large-patch14, preprocessor_config.json.
constexpr std::array<float, 3> kClipMean = {0.48145466f, 0.4578275f,
                                            0.40821073f};
constexpr std::array<float, 3> kClipStd = {0.26862954f, 0.26130258f,
                                           0.27577711f};

// [H, W, 3] uint8 -> [1, 3, H, W] of the same type.
at::Tensor ToChannelsFirst(const at::Tensor& pixels) {
  return pixels.permute({2, 0, 1}).unsqueeze(0).contiguous();
}

at::Tensor PerChannel(const std::array<float, 3>& values) {
  return at::tensor(at::ArrayRef<float>(values)).view({1, 3, 1, 1});
}

}  // namespace

at::Tensor PixelTensor(const RgbImage& image) {
  at::Tensor pixels = at::empty({image.height, image.width, 3}, at::kByte);
  std::memcpy(pixels.mutable_data_ptr<uint8_t>(), image.pixels.data(),
              image.pixels.size());
  return pixels;
}

at::Tensor ClipPixelValues(const RgbImage& image, int size) {
  const at::Tensor pixels =
      PixelTensor(PillowResize(image, size, size, ResampleFilter::kBicubic));
  // The product with 1/255 is rounded to fp32 once, as numpy does.
  const at::Tensor rescaled =
      (ToChannelsFirst(pixels).to(at::kDouble) * (1.0 / 255.0)).to(at::kFloat);
  return (rescaled - PerChannel(kClipMean)) / PerChannel(kClipStd);
}

at::Tensor VaeInput(const RgbImage& image, int width, int height) {
  return PoseGuiderInput(image, width, height) * 2.0 - 1.0;
}

at::Tensor PoseGuiderInput(const RgbImage& image, int width, int height) {
  return PoseGuiderInput(PoseGuiderPixels(image, width, height));
}

at::Tensor PoseGuiderPixels(const RgbImage& image, int width, int height) {
  return ToChannelsFirst(PixelTensor(
      PillowResize(image, width, height, ResampleFilter::kLanczos)));
}

at::Tensor PoseGuiderInput(const at::Tensor& pixels) {
  return pixels.to(at::kFloat) / 255.0;
}

RgbImage FrameImage(const at::Tensor& frame, FrameRounding rounding) {
  ExpectShape(frame, "frame", "3 H W");
  at::Tensor levels = frame.to(at::kFloat).clamp(0.0, 1.0) * 255.0;
  if (rounding == FrameRounding::kNearest) levels = levels.round();
  const at::Tensor pixels =
      levels.to(at::kByte).permute({1, 2, 0}).contiguous().to(
          at::kCPU);  // [H, W, 3]
  RgbImage image(static_cast<int>(frame.size(2)),
                 static_cast<int>(frame.size(1)));
  std::memcpy(image.pixels.data(), pixels.const_data_ptr<uint8_t>(),
              image.pixels.size());
  return image;
}

}  // namespace animate
