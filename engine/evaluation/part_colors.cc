#include "engine/evaluation/part_colors.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>

namespace animate {
namespace {

constexpr size_t kBins = 4;  // per channel
using Histogram = std::array<double, kBins * kBins * kBins>;

// A value's lower bin, and how much of it belongs to the next one.
struct BinShare {
  size_t bin;
  double next;
};

BinShare ShareOf(uint8_t value) {
  const double at = static_cast<double>(value) / 255.0 * (kBins - 1);
  const size_t bin = std::min(static_cast<size_t>(at), kBins - 2);
  return {.bin = bin, .next = at - static_cast<double>(bin)};
}

void AddPixel(const uint8_t* rgb, Histogram& histogram) {
  const BinShare red = ShareOf(rgb[0]);
  const BinShare green = ShareOf(rgb[1]);
  const BinShare blue = ShareOf(rgb[2]);
  for (size_t corner = 0; corner < 8; ++corner) {
    const size_t r = corner & 1;
    const size_t g = corner >> 1 & 1;
    const size_t b = corner >> 2;
    const double share = (r == 1 ? red.next : 1 - red.next) *
                         (g == 1 ? green.next : 1 - green.next) *
                         (b == 1 ? blue.next : 1 - blue.next);
    histogram[((red.bin + r) * kBins + green.bin + g) * kBins + blue.bin + b] +=
        share;
  }
}

struct PartHistograms {
  Histogram a{};
  Histogram b{};
  int pixels = 0;
};

double Intersection(const PartHistograms& part) {
  double sum = 0.0;
  for (size_t i = 0; i < part.a.size(); ++i) {
    sum += std::min(part.a[i], part.b[i]);
  }
  return sum / part.pixels;
}

}  // namespace

std::optional<double> PartColorSimilarity(const RgbImage& a, const RgbImage& b,
                                          const std::vector<uint8_t>& parts,
                                          int min_pixels) {
  std::map<uint8_t, PartHistograms> histograms;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == 0) continue;
    PartHistograms& part = histograms[parts[i]];
    AddPixel(&a.pixels[i * 3], part.a);
    AddPixel(&b.pixels[i * 3], part.b);
    ++part.pixels;
  }
  double sum = 0.0;
  int count = 0;
  for (const auto& [label, part] : histograms) {
    if (part.pixels < min_pixels) continue;
    sum += Intersection(part);
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / count;
}

}  // namespace animate
