#include "engine/detector/region_crop.h"

#include <cstddef>
#include <cstdint>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace animate {

RgbImage CropPicture(const RgbImage& image, const Region& region,
                     const CropOptions& options) {
  const auto corner = [&](double x, double y) {
    const Point point = FromRegion({x, y}, region);
    return cv::Point2f(static_cast<float>(point.x),
                       static_cast<float>(point.y));
  };
  const float side = static_cast<float>(options.side);
  const cv::Point2f from[] = {corner(0, 1), corner(0, 0), corner(1, 0),
                              corner(1, 1)};
  const cv::Point2f to[] = {{0, side}, {0, 0}, {side, 0}, {side, side}};
  // OpenCV has no picture type that only reads.
  const cv::Mat source(image.height, image.width, CV_8UC3,
                       const_cast<uint8_t*>(image.pixels.data()));
  RgbImage picture(options.side, options.side);
  cv::Mat target(options.side, options.side, CV_8UC3, picture.pixels.data());
  cv::warpPerspective(source, target, cv::getPerspectiveTransform(from, to),
                      target.size(), cv::INTER_LINEAR,
                      options.border == CropBorder::kBlack
                          ? cv::BORDER_CONSTANT
                          : cv::BORDER_REPLICATE);
  return picture;
}

NetworkTensor ToInput(const RgbImage& picture, ValueRange range) {
  const bool from_zero = range == ValueRange::kZeroToOne;
  const float scale = (from_zero ? 1.0f : 2.0f) / 255.0f;
  const float offset = from_zero ? 0.0f : -1.0f;
  const size_t count = picture.pixels.size() / 3;
  NetworkTensor input{.shape = {1, 3, picture.height, picture.width},
                      .values = std::vector<float>(3 * count)};
  for (size_t i = 0; i < count; ++i) {
    for (size_t c = 0; c < 3; ++c) {
      input.values[c * count + i] =
          static_cast<float>(picture.pixels[3 * i + c]) * scale + offset;
    }
  }
  return input;
}

NetworkTensor CropRegion(const RgbImage& image, const Region& region,
                         const CropOptions& options) {
  return ToInput(CropPicture(image, region, options), options.range);
}

}  // namespace animate
