#include "engine/raster/pillow_resize.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

// A part of the samples along one axis.
struct Range {
  double begin = 0.0;
  double end = 0.0;

  bool IsAll(int size) const { return begin == 0.0 && end == size; }
};
Range All(int size) { return {0.0, static_cast<double>(size)}; }

// Returns the taps of each of `out_size` results over the part `range` of
// `in_size` samples.
std::vector<Taps> MakeTaps(int in_size, const Range& range, int out_size,
                           ResampleFilter filter) {
  const double scale = (range.end - range.begin) / out_size;
  const double filter_scale = std::max(scale, 1.0);
  const double inverse_scale = 1.0 / filter_scale;
  const double support = Support(filter) * filter_scale;
  std::vector<Taps> all_taps(static_cast<size_t>(out_size));
  std::vector<double> weights;
  for (int i = 0; i < out_size; ++i) {
    const double center = range.begin + (i + 0.5) * scale;
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

RgbImage ResizeHorizontally(const RgbImage& image, const Range& range,
                            int width, ResampleFilter filter) {
  const std::vector<Taps> all_taps =
      MakeTaps(image.width, range, width, filter);
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

// Rows that are not `lit` are black and left out.
RgbImage ResizeVertically(const RgbImage& image, const Range& range, int height,
                          ResampleFilter filter, const std::vector<bool>& lit) {
  const std::vector<Taps> all_taps =
      MakeTaps(image.height, range, height, filter);
  const size_t row_bytes = static_cast<size_t>(image.width) * 3;
  RgbImage result(image.width, height);
  std::vector<int32_t> sums(row_bytes);
  for (int y = 0; y < height; ++y) {
    const Taps& taps = all_taps[static_cast<size_t>(y)];
    std::fill(sums.begin(), sums.end(), kHalf);
    for (size_t tap = 0; tap < taps.weights.size(); ++tap) {
      const int32_t weight = taps.weights[tap];
      const int row = taps.first + static_cast<int>(tap);
      if (!lit[static_cast<size_t>(row)]) continue;
      const uint8_t* from = image.at(0, row);
      for (size_t i = 0; i < row_bytes; ++i) sums[i] += from[i] * weight;
    }
    uint8_t* to = result.at(0, y);
    for (size_t i = 0; i < row_bytes; ++i) to[i] = ToByte(sums[i]);
  }
  return result;
}

// What one source sample adds to which results: taps seen from the source.
struct Spread {
  int first = 0;  // result
  std::vector<int32_t> weights;
};

std::vector<Spread> MakeSpreads(int in_size, int out_size,
                                ResampleFilter filter) {
  std::vector<Spread> spreads(static_cast<size_t>(in_size));
  const std::vector<Taps> all_taps =
      MakeTaps(in_size, All(in_size), out_size, filter);
  for (int i = 0; i < out_size; ++i) {
    const Taps& taps = all_taps[static_cast<size_t>(i)];
    // The windows of neighbouring results move on steadily, so that the
    // results of a sample are neighbours, too.
    auto source = static_cast<size_t>(taps.first);
    for (const int32_t weight : taps.weights) {
      Spread& spread = spreads[source++];
      if (spread.weights.empty()) spread.first = i;
      spread.weights.push_back(weight);
    }
  }
  return spreads;
}

// Calls `visit` with the column of each pixel of row `y` that is not black.
template <typename Visit>
void ForEachLitPixel(const RgbImage& image, int y, Visit visit) {
  constexpr int kBlock = 16;  // pixels looked at together
  static constexpr uint8_t kBlack[3 * kBlock] = {};
  for (int x = 0; x < image.width; x += kBlock) {
    const int count = std::min(kBlock, image.width - x);
    const uint8_t* pixel = image.at(x, y);
    if (std::memcmp(pixel, kBlack, static_cast<size_t>(count) * 3) == 0) {
      continue;
    }
    for (int i = 0; i < count; ++i, pixel += 3) {
      if ((pixel[0] | pixel[1] | pixel[2]) != 0) visit(x + i, pixel);
    }
  }
}

// As ResizeHorizontally; integers may be added in any order. Sets `lit` of the
// rows that are not black.
RgbImage SpreadHorizontally(const RgbImage& image, int width,
                            ResampleFilter filter, std::vector<bool>& lit) {
  const std::vector<Spread> spreads = MakeSpreads(image.width, width, filter);
  RgbImage result(width, image.height);
  std::vector<int32_t> sums(static_cast<size_t>(width) * 3, kHalf);
  for (int y = 0; y < image.height; ++y) {
    bool is_lit = false;
    ForEachLitPixel(image, y, [&](int x, const uint8_t* pixel) {
      is_lit = true;
      const Spread& spread = spreads[static_cast<size_t>(x)];
      int32_t* sum = sums.data() + static_cast<ptrdiff_t>(spread.first) * 3;
      for (const int32_t weight : spread.weights) {
        *sum++ += pixel[0] * weight;
        *sum++ += pixel[1] * weight;
        *sum++ += pixel[2] * weight;
      }
    });
    lit[static_cast<size_t>(y)] = is_lit;
    if (!is_lit) continue;
    uint8_t* to = result.at(0, y);
    for (size_t i = 0; i < sums.size(); ++i) to[i] = ToByte(sums[i]);
    std::fill(sums.begin(), sums.end(), kHalf);
  }
  return result;
}

}  // namespace

RgbImage PillowResizeMostlyBlack(const RgbImage& image, int width, int height,
                                 ResampleFilter filter) {
  if (width == image.width) return PillowResize(image, width, height, filter);
  std::vector<bool> lit(static_cast<size_t>(image.height));
  const RgbImage resized = SpreadHorizontally(image, width, filter, lit);
  return height == image.height ? resized
                                : ResizeVertically(resized, All(image.height),
                                                   height, filter, lit);
}

RgbImage PillowResize(const RgbImage& image, const ResizeBox& box, int width,
                      int height, ResampleFilter filter) {
  const Range columns{box.left, box.right};
  const Range rows{box.top, box.bottom};
  const std::vector<bool> all(static_cast<size_t>(image.height), true);
  // Each pass rounds to bytes, and a pass that changes nothing is left out.
  const bool keeps_columns = width == image.width && columns.IsAll(image.width);
  const bool keeps_rows = height == image.height && rows.IsAll(image.height);
  if (keeps_columns) {
    return keeps_rows ? image
                      : ResizeVertically(image, rows, height, filter, all);
  }
  const RgbImage resized = ResizeHorizontally(image, columns, width, filter);
  return keeps_rows ? resized
                    : ResizeVertically(resized, rows, height, filter, all);
}

RgbImage PillowResize(const RgbImage& image, int width, int height,
                      ResampleFilter filter) {
  const ResizeBox box{.right = static_cast<double>(image.width),
                      .bottom = static_cast<double>(image.height)};
  return PillowResize(image, box, width, height, filter);
}

}  // namespace animate
