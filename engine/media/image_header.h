#ifndef ANIMATE_ENGINE_MEDIA_IMAGE_HEADER_H_
#define ANIMATE_ENGINE_MEDIA_IMAGE_HEADER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace animate {

enum class ImageFormat { kPng, kJpeg, kWebp };

// "PNG", "JPEG", "WebP".
absl::string_view ImageFormatName(ImageFormat format);

struct ImageHeader {
  ImageFormat format = ImageFormat::kPng;
  int64_t width = 0;   // pixels, > 0
  int64_t height = 0;  // pixels, > 0
};

// Reads format and size from the first bytes of an encoded picture without
// decoding it, so that a huge picture can be refused for the price of a small
// one. Returns INVALID_ARGUMENT when `bytes` are not the beginning of a PNG,
// JPEG or WebP file.
absl::StatusOr<ImageHeader> ReadImageHeader(absl::string_view bytes);

// Returns INVALID_ARGUMENT when the file ends before its own structure says
// so: the IEND chunk of a PNG, the end-of-image marker of a JPEG, the RIFF size
// of a WebP. The decoders themselves fill what is missing with grey. Bytes
// after the end are ignored.
absl::Status CheckImageIsComplete(absl::string_view bytes, ImageFormat format);

// Returns a complete PNG without its ancillary chunks: text, profiles, time,
// transparency. They do not change the colours of the samples, but decoders
// unpack them and complain about them on standard error.
// REQUIRES: CheckImageIsComplete(png, ImageFormat::kPng) is OK.
std::string StripAncillaryPngChunks(absl::string_view png);

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_IMAGE_HEADER_H_
