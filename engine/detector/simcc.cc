#include "engine/detector/simcc.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace animate {
namespace {

constexpr double kPadding = 1.25;
constexpr double kMean[] = {123.675, 116.28, 103.53};
constexpr double kDeviation[] = {58.395, 57.12, 57.375};

// The first of the highest values.
struct Peak {
  double index = 0.0;
  float value = 0.0f;
};

Peak PeakOf(absl::Span<const float> values) {
  const auto best = std::max_element(values.begin(), values.end());
  return {static_cast<double>(std::distance(values.begin(), best)), *best};
}

}  // namespace

Region SimccRegion(const Region& box) {
  constexpr double kShape = static_cast<double>(kSimccWidth) / kSimccHeight;
  Region region = box;
  region.width *= kPadding;
  region.height *= kPadding;
  if (region.width > region.height * kShape) {
    region.height = region.width / kShape;
  } else {
    region.width = region.height * kShape;
  }
  return region;
}

NetworkTensor ToSimccInput(const RgbImage& image, const Region& region) {
  const auto point = [](double x, double y) {
    return cv::Point2f(static_cast<float>(x), static_cast<float>(y));
  };
  const Point c = region.center;
  const double half = region.width / 2;
  const cv::Point2f from[] = {point(c.x, c.y), point(c.x, c.y - half),
                              point(c.x - half, c.y - half)};
  const cv::Point2f to[] = {{144, 192}, {144, 48}, {0, 48}};
  // OpenCV has no picture type that only reads.
  const cv::Mat source(image.height, image.width, CV_8UC3,
                       const_cast<uint8_t*>(image.pixels.data()));
  cv::Mat crop;
  cv::warpAffine(source, crop, cv::getAffineTransform(from, to),
                 cv::Size(kSimccWidth, kSimccHeight), cv::INTER_LINEAR);

  constexpr size_t kCount = size_t{kSimccWidth} * kSimccHeight;
  NetworkTensor tensor{.shape = {1, 3, kSimccHeight, kSimccWidth},
                       .values = std::vector<float>(3 * kCount)};
  for (size_t i = 0; i < kCount; ++i) {
    for (size_t channel = 0; channel < 3; ++channel) {
      const double value = crop.data[3 * i + 2 - channel];
      tensor.values[channel * kCount + i] =
          static_cast<float>((value - kMean[channel]) / kDeviation[channel]);
    }
  }
  return tensor;
}

std::vector<Keypoint> DecodeSimcc(absl::Span<const float> columns,
                                  absl::Span<const float> rows,
                                  const Region& region) {
  std::vector<Keypoint> keypoints(kSimccKeypoints);
  for (size_t i = 0; i < kSimccKeypoints; ++i) {
    const Peak x = PeakOf(columns.subspan(i * kSimccColumns, kSimccColumns));
    const Peak y = PeakOf(rows.subspan(i * kSimccRows, kSimccRows));
    const float score = std::min(x.value, y.value);
    if (!(score > 0.0f)) continue;
    keypoints[i] = {.x = x.index / 2 / kSimccWidth * region.width +
                         region.center.x - region.width / 2,
                    .y = y.index / 2 / kSimccHeight * region.height +
                         region.center.y - region.height / 2,
                    .confidence = double{score}};
  }
  return keypoints;
}

}  // namespace animate
