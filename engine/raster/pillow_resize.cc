#include "engine/raster/pillow_resize.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace animate {
namespace {

// Weights are fixed-point numbers with this many bits behind the point: 8 bits
// of sample, 2 bits of head room for the negative lobes, 22 bits of weight.
constexpr int kWeightBits = 32 - 8 - 2;

double Sinc(double x) {
  if (x == 0.0) return 1.0;
  x *= M_PI;
  return std::sin(x) / x;
}

double Evaluate(ResampleFilter filter, double x) {
  const double distance = std::abs(x);
  switch (filter) {
    case ResampleFilter::kBox:
      return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
    case ResampleFilter::kBilinear:
      return distance < 1.0 ? 1.0 - distance : 0.0;
    case ResampleFilter::kBicubic: {
      constexpr double kA = -0.5;
      if (distance < 1.0) {
        return ((kA + 2.0) * distance - (kA + 3.0)) * distance * distance + 1.0;
      }
      if (distance >= 2.0) return 0.0;
      return (((distance - 5.0) * distance + 8.0) * distance - 4.0) * kA;
    }
    case ResampleFilter::kLanczos:
      return x >= -3.0 && x < 3.0 ? Sinc(x) * Sinc(x / 3.0) : 0.0;
  }
  return 0.0;
}

double Support(ResampleFilter filter) {
  switch (filter) {
    case ResampleFilter::kBox:
      return 0.5;
    case ResampleFilter::kBilinear:
      return 1.0;
    case ResampleFilter::kBicubic:
      return 2.0;
    case ResampleFilter::kLanczos:
      return 3.0;
  }
  return 0.0;
}

// The source samples [first, first + weights.size()) that make up one result.
struct Taps {
  int first = 0;
  std::vector<int32_t> weights;
};

// Returns the taps of each of `out_size` results over `in_size` samples.
std::vector<Taps> MakeTaps(int in_size, int out_size, ResampleFilter filter) {
  const double scale = static_cast<double>(in_size) / out_size;
  const double filter_scale = std::max(scale, 1.0);
  const double inverse_scale = 1.0 / filter_scale;
  const double support = Support(filter) * filter_scale;
  std::vector<Taps> all_taps(static_cast<size_t>(out_size));
  std::vector<double> weights;
  for (int i = 0; i < out_size; ++i) {
    const double center = (i + 0.5) * scale;
    // Pillow truncates towards zero; lround would differ for negative values.
    // NOLINTBEGIN(bugprone-incorrect-roundings)
    const int first = std::max(static_cast<int>(center - support + 0.5), 0);
    const int last =
        std::min(static_cast<int>(center + support + 0.5), in_size);
    // NOLINTEND(bugprone-incorrect-roundings)
    weights.clear();
    double sum = 0.0;
    for (int x = 0; x < last - first; ++x) {
      weights.push_back(
          Evaluate(filter, (x + first - center + 0.5) * inverse_scale));
      sum += weights.back();
    }
    Taps& taps = all_taps[static_cast<size_t>(i)];
    taps.first = first;
    for (double weight : weights) {
      if (sum != 0.0) weight /= sum;
      const double rounding = weight < 0.0 ? -0.5 : 0.5;
      taps.weights.push_back(
          static_cast<int32_t>(rounding + weight * (1 << kWeightBits)));
    }
  }
  return all_taps;
}

uint8_t ToByte(int32_t accumulated) {
  return static_cast<uint8_t>(std::clamp(accumulated >> kWeightBits, 0, 255));
}

constexpr int32_t kHalf = 1 << (kWeightBits - 1);

RgbImage ResizeHorizontally(const RgbImage& image, int width,
                            ResampleFilter filter) {
  const std::vector<Taps> all_taps = MakeTaps(image.width, width, filter);
  RgbImage result(width, image.height);
  for (int y = 0; y < image.height; ++y) {
    uint8_t* to = result.at(0, y);
    for (const Taps& taps : all_taps) {
      const uint8_t* from = image.at(taps.first, y);
      int32_t red = kHalf;
      int32_t green = kHalf;
      int32_t blue = kHalf;
      for (const int32_t weight : taps.weights) {
        red += from[0] * weight;
        green += from[1] * weight;
        blue += from[2] * weight;
        from += 3;
      }
      *to++ = ToByte(red);
      *to++ = ToByte(green);
      *to++ = ToByte(blue);
    }
  }
  return result;
}

RgbImage ResizeVertically(const RgbImage& image, int height,
                          ResampleFilter filter) {
  const std::vector<Taps> all_taps = MakeTaps(image.height, height, filter);
  const size_t row_bytes = static_cast<size_t>(image.width) * 3;
  RgbImage result(image.width, height);
  std::vector<int32_t> sums(row_bytes);
  for (int y = 0; y < height; ++y) {
    const Taps& taps = all_taps[static_cast<size_t>(y)];
    std::fill(sums.begin(), sums.end(), kHalf);
    for (size_t tap = 0; tap < taps.weights.size(); ++tap) {
      const int32_t weight = taps.weights[tap];
      const uint8_t* from = image.at(0, taps.first + static_cast<int>(tap));
      for (size_t i = 0; i < row_bytes; ++i) sums[i] += from[i] * weight;
    }
    uint8_t* to = result.at(0, y);
    for (size_t i = 0; i < row_bytes; ++i) to[i] = ToByte(sums[i]);
  }
  return result;
}

}  // namespace

RgbImage PillowResize(const RgbImage& image, int width, int height,
                      ResampleFilter filter) {
  // Each pass rounds to bytes, and a pass that changes nothing is left out.
  if (width == image.width) {
    return height == image.height ? image
                                  : ResizeVertically(image, height, filter);
  }
  const RgbImage resized = ResizeHorizontally(image, width, filter);
  return height == image.height ? resized
                                : ResizeVertically(resized, height, filter);
}

}  // namespace animate
