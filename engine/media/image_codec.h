#ifndef ANIMATE_ENGINE_MEDIA_IMAGE_CODEC_H_
#define ANIMATE_ENGINE_MEDIA_IMAGE_CODEC_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/animation/animation_spec.h"
#include "engine/animation/image.h"

namespace animate {

struct ImageDecodeOptions {
  // Largest width * height accepted; read from the header before decoding.
  int64_t max_pixels = Limits().max_input_pixels;
  // How errors name the input: the request field and the API's reason.
  std::string field = "reference";
  std::string reason = "BAD_REFERENCE_IMAGE";
};

// Decodes a PNG, JPEG or (still) WebP file to RGB as Pillow's convert("RGB")
// does: alpha is dropped without compositing, palettes and grey are expanded,
// orientation tags and colour profiles are ignored. Of 16-bit samples the high
// byte is kept, also for grey, where Pillow would clip. Returns
// INVALID_ARGUMENT with options.reason and a violation of options.field when
// the bytes are something else, truncated, damaged or too large. Thread-safe,
// runs on the calling thread only.
absl::StatusOr<RgbImage> DecodeImage(absl::string_view bytes,
                                     const ImageDecodeOptions& options = {});

enum class EncodedImageFormat { kJpeg, kPng, kWebp, kRawRgb8 };

struct ImageEncodeOptions {
  EncodedImageFormat format = EncodedImageFormat::kPng;
  int quality = 90;  // JPEG and WebP, [1, 100]; both are lossy
};

// Encodes `image`; kRawRgb8 is its pixels as they are. Returns INVALID_ARGUMENT
// for an empty image, a quality out of range or a side that the format cannot
// hold. Thread-safe, runs on the calling thread only.
absl::StatusOr<std::string> EncodeImage(const RgbImage& image,
                                        const ImageEncodeOptions& options = {});

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_IMAGE_CODEC_H_
