#include "engine/media/gif_palette.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace animate {
namespace {

constexpr size_t kMaxColors = 256;
constexpr int kBits = 5;  // per channel of the histogram
constexpr size_t kCells = size_t{1} << (3 * kBits);

size_t CellOf(int red, int green, int blue) {
  constexpr int kShift = 8 - kBits;
  return static_cast<size_t>((red >> kShift) << (2 * kBits) |
                             (green >> kShift) << kBits | blue >> kShift);
}

// The pixels that fall into one cell of the histogram.
struct Cell {
  std::array<double, 3> sum = {};  // of the channels
  double count = 0.0;

  double mean(size_t channel) const { return sum[channel] / count; }
};

// A set of cells that share one palette entry.
struct Box {
  std::vector<Cell> cells;
  double error = 0.0;         // squared distance of all pixels to the mean
  size_t widest_channel = 0;  // the one with the largest part of it
  double split_at = 0.0;      // that channel's mean
  GifPalette::Color color = {};
};

Box MakeBox(std::vector<Cell> cells) {
  Box box{.cells = std::move(cells)};
  double count = 0.0;
  for (const Cell& cell : box.cells) count += cell.count;
  double largest_error = -1.0;
  for (size_t channel = 0; channel < 3; ++channel) {
    double sum = 0.0;
    for (const Cell& cell : box.cells) sum += cell.sum[channel];
    const double mean = sum / count;
    double error = 0.0;
    for (const Cell& cell : box.cells) {
      const double distance = cell.mean(channel) - mean;
      error += distance * distance * cell.count;
    }
    box.error += error;
    if (error > largest_error) {
      largest_error = error;
      box.widest_channel = channel;
      box.split_at = mean;
    }
    box.color[channel] = static_cast<uint8_t>(std::lround(mean));
  }
  return box;
}

// The histogram of all frames, kCells long.
std::vector<Cell> CountColors(absl::Span<const RgbImage> frames) {
  std::vector<Cell> histogram(kCells);
  for (const RgbImage& frame : frames) {
    for (size_t i = 0; i + 2 < frame.pixels.size(); i += 3) {
      const uint8_t* pixel = &frame.pixels[i];
      Cell& cell = histogram[CellOf(pixel[0], pixel[1], pixel[2])];
      for (size_t channel = 0; channel < 3; ++channel) {
        cell.sum[channel] += pixel[channel];
      }
      cell.count += 1.0;
    }
  }
  return histogram;
}

std::vector<GifPalette::Color> ChooseColors(std::vector<Cell> cells) {
  std::erase_if(cells, [](const Cell& cell) { return cell.count == 0.0; });
  if (cells.empty()) return {GifPalette::Color{}};
  std::vector<Box> boxes;
  boxes.push_back(MakeBox(std::move(cells)));
  while (boxes.size() < kMaxColors) {
    const auto worst = std::max_element(
        boxes.begin(), boxes.end(),
        [](const Box& a, const Box& b) { return a.error < b.error; });
    if (worst->cells.size() < 2 || worst->error == 0.0) break;
    const Box box = std::move(*worst);
    boxes.erase(worst);
    std::vector<Cell> halves[2];
    for (const Cell& cell : box.cells) {
      halves[cell.mean(box.widest_channel) > box.split_at].push_back(cell);
    }
    boxes.push_back(MakeBox(std::move(halves[0])));
    boxes.push_back(MakeBox(std::move(halves[1])));
  }
  std::vector<GifPalette::Color> colors;
  colors.reserve(boxes.size());
  for (const Box& box : boxes) colors.push_back(box.color);
  return colors;
}

uint8_t FindNearest(const std::vector<GifPalette::Color>& colors,
                    const std::array<double, 3>& wanted) {
  size_t nearest = 0;
  double nearest_distance = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < colors.size(); ++i) {
    double distance = 0.0;
    for (size_t channel = 0; channel < 3; ++channel) {
      const double difference = colors[i][channel] - wanted[channel];
      distance += difference * difference;
    }
    if (distance < nearest_distance) {
      nearest_distance = distance;
      nearest = i;
    }
  }
  return static_cast<uint8_t>(nearest);
}

// The colour that stands for a cell: the mean of its pixels, so that flat areas
// keep their colour, or else its centre.
std::array<double, 3> Representative(const Cell& cell, size_t index) {
  if (cell.count > 0.0) return {cell.mean(0), cell.mean(1), cell.mean(2)};
  constexpr size_t kMask = (1 << kBits) - 1;
  constexpr size_t kWidth = 1 << (8 - kBits);
  const auto center = [&](size_t bits) {
    constexpr size_t kHalf = kWidth / 2;
    return static_cast<double>((index >> bits & kMask) * kWidth + kHalf);
  };
  return {center(2 * kBits), center(kBits), center(0)};
}

// The classic 8x8 threshold matrix, 0 to 63: the bits of x ^ y and y,
// interleaved and reversed.
int BayerThreshold(int x, int y) {
  int threshold = 0;
  for (int bit = 0; bit < 3; ++bit) {
    threshold = threshold << 2 | ((x ^ y) >> bit & 1) << 1 | (y >> bit & 1);
  }
  return threshold;
}

}  // namespace

GifPalette::GifPalette(absl::Span<const RgbImage> frames) {
  const std::vector<Cell> histogram = CountColors(frames);
  colors_ = ChooseColors(histogram);
  nearest_.reserve(kCells);
  for (size_t i = 0; i < kCells; ++i) {
    nearest_.push_back(FindNearest(colors_, Representative(histogram[i], i)));
  }
}

std::vector<uint8_t> GifPalette::Map(const RgbImage& image) const {
  std::vector<uint8_t> indices;
  indices.reserve(image.pixels.size() / 3);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const int offset = BayerThreshold(x & 7, y & 7) / 4 - 8;  // -8 .. 7
      const uint8_t* pixel = image.at(x, y);
      const auto dithered = [&](int channel) {
        return std::clamp(pixel[channel] + offset, 0, 255);
      };
      indices.push_back(
          nearest_[CellOf(dithered(0), dithered(1), dithered(2))]);
    }
  }
  return indices;
}

}  // namespace animate
