#include "engine/evaluation/picture_error.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <limits>

namespace animate {
namespace {

constexpr size_t kChannels = 3;

int AbsoluteDifference(uint8_t a, uint8_t b) {
  return std::abs(static_cast<int>(a) - static_cast<int>(b));
}

}  // namespace

double MeanSquaredError(const RgbImage& a, const RgbImage& b) {
  int64_t sum = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) {
    const int difference = AbsoluteDifference(a.pixels[i], b.pixels[i]);
    sum += difference * difference;
  }
  return static_cast<double>(sum) / static_cast<double>(a.pixels.size());
}

double MeanAbsoluteError(const RgbImage& a, const RgbImage& b) {
  int64_t sum = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) {
    sum += AbsoluteDifference(a.pixels[i], b.pixels[i]);
  }
  return static_cast<double>(sum) / static_cast<double>(a.pixels.size());
}

double Psnr(const RgbImage& a, const RgbImage& b) {
  const double error = MeanSquaredError(a, b);
  if (error == 0.0) return std::numeric_limits<double>::infinity();
  return 10.0 * std::log10(255.0 * 255.0 / error);
}

std::vector<uint8_t> ChangedPixels(const RgbImage& a, const RgbImage& b,
                                   int threshold) {
  std::vector<uint8_t> mask(a.pixels.size() / kChannels);
  for (size_t i = 0; i < mask.size(); ++i) {
    int largest = 0;
    for (size_t c = 0; c < kChannels; ++c) {
      largest =
          std::max(largest, AbsoluteDifference(a.pixels[i * kChannels + c],
                                               b.pixels[i * kChannels + c]));
    }
    mask[i] = largest > threshold ? 1 : 0;
  }
  return mask;
}

ErrorSum MaskedAbsoluteError(const RgbImage& a, const RgbImage& b,
                             const std::vector<uint8_t>& mask) {
  int64_t sum = 0;
  int64_t samples = 0;
  for (size_t i = 0; i < mask.size(); ++i) {
    if (mask[i] == 0) continue;
    for (size_t c = i * kChannels; c < (i + 1) * kChannels; ++c) {
      sum += AbsoluteDifference(a.pixels[c], b.pixels[c]);
    }
    samples += static_cast<int64_t>(kChannels);
  }
  return {.sum = static_cast<double>(sum), .samples = samples};
}

}  // namespace animate
