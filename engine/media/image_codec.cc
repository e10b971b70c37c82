#include "engine/media/image_codec.h"

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/media/image_header.h"

namespace animate {
namespace {

// No format here goes further (JPEG's own limit), and it keeps the pixel count
// far from overflow.
constexpr int64_t kMaxSide = 65535;

// Swaps red and blue: OpenCV's order is BGR. A plain loop, because
// cv::cvtColor would start a pool of threads.
void SwapRedAndBlue(const uint8_t* from, size_t num_pixels, uint8_t* to) {
  for (size_t i = 0; i < num_pixels; ++i, from += 3, to += 3) {
    const uint8_t first = from[0];
    to[0] = from[2];
    to[1] = from[1];
    to[2] = first;
  }
}

absl::Status CheckSize(const ImageHeader& header, int64_t max_pixels) {
  if (header.width > kMaxSide || header.height > kMaxSide ||
      header.width * header.height > max_pixels) {
    return absl::InvalidArgumentError(
        absl::StrCat("the picture is ", header.width, "x", header.height,
                     " pixels; at most ", max_pixels, " pixels and ", kMaxSide,
                     " per side are accepted"));
  }
  return absl::OkStatus();
}

absl::StatusOr<RgbImage> DecodePixels(absl::string_view bytes,
                                      const ImageHeader& header) {
  const absl::Status damaged = absl::InvalidArgumentError(absl::StrCat(
      ImageFormatName(header.format), " file is damaged: cannot be decoded"));
  cv::Mat decoded;
  try {
    // cv::imdecode only reads.
    const cv::Mat encoded(1, static_cast<int>(bytes.size()), CV_8UC1,
                          const_cast<char*>(bytes.data()));
    decoded =
        cv::imdecode(encoded, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  } catch (const cv::Exception&) {
    return damaged;
  }
  if (decoded.type() != CV_8UC3 || decoded.cols != header.width ||
      decoded.rows != header.height) {
    return damaged;
  }
  RgbImage image(decoded.cols, decoded.rows);
  for (int y = 0; y < image.height; ++y) {
    SwapRedAndBlue(decoded.ptr<uint8_t>(y), static_cast<size_t>(image.width),
                   image.at(0, y));
  }
  return image;
}

absl::StatusOr<RgbImage> DecodeChecked(absl::string_view bytes,
                                       int64_t max_pixels) {
  ANIMATE_ASSIGN_OR_RETURN(const ImageHeader header, ReadImageHeader(bytes));
  ANIMATE_RETURN_IF_ERROR(CheckSize(header, max_pixels));
  ANIMATE_RETURN_IF_ERROR(CheckImageIsComplete(bytes, header.format));
  if (header.format == ImageFormat::kPng) {
    return DecodePixels(StripAncillaryPngChunks(bytes), header);
  }
  return DecodePixels(bytes, header);
}

absl::StatusOr<std::string> EncodeWithOpenCv(const RgbImage& image,
                                             const std::string& extension,
                                             const std::vector<int>& flags) {
  cv::Mat bgr(image.height, image.width, CV_8UC3);
  SwapRedAndBlue(image.pixels.data(), image.pixels.size() / 3,
                 bgr.ptr<uint8_t>());
  std::vector<uint8_t> encoded;
  try {
    if (cv::imencode(extension, bgr, encoded, flags)) {
      return std::string(encoded.begin(), encoded.end());
    }
  } catch (const cv::Exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot encode ", image.width, "x", image.height,
                     " pixels as ", extension, ": ", error.err));
  }
  return absl::InternalError(absl::StrCat("cannot encode as ", extension));
}

}  // namespace

absl::StatusOr<RgbImage> DecodeImage(absl::string_view bytes,
                                     const ImageDecodeOptions& options) {
  absl::StatusOr<RgbImage> image = DecodeChecked(bytes, options.max_pixels);
  if (!image.ok()) {
    return FieldError(options.field, image.status().message(), options.reason);
  }
  return image;
}

absl::StatusOr<std::string> EncodeImage(const RgbImage& image,
                                        const ImageEncodeOptions& options) {
  if (image.empty()) return absl::InvalidArgumentError("the image is empty");
  if (options.quality < 1 || options.quality > 100) {
    return absl::InvalidArgumentError(absl::StrCat(
        "quality must be between 1 and 100: got ", options.quality));
  }
  switch (options.format) {
    case EncodedImageFormat::kJpeg:
      return EncodeWithOpenCv(image, ".jpg",
                              {cv::IMWRITE_JPEG_QUALITY, options.quality});
    case EncodedImageFormat::kPng:
      // Level 3 with adaptive filters: level 1, OpenCV's choice, switches the
      // filters off and makes files half as large again.
      return EncodeWithOpenCv(image, ".png", {cv::IMWRITE_PNG_COMPRESSION, 3});
    case EncodedImageFormat::kWebp:
      return EncodeWithOpenCv(image, ".webp",
                              {cv::IMWRITE_WEBP_QUALITY, options.quality});
    case EncodedImageFormat::kRawRgb8:
      return std::string(image.pixels.begin(), image.pixels.end());
  }
  return absl::InvalidArgumentError("unknown picture format");
}

}  // namespace animate
