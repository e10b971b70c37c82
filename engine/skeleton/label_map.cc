#include "engine/skeleton/label_map.h"

#include <algorithm>
#include <array>
#include <utility>

namespace animate {
namespace {

constexpr int kBits = 5;  // per channel of the table
constexpr int kLevels = 1 << kBits;
constexpr int kFarDistance = 75;  // in colour space, from the nearest colour
constexpr double kMinBlack = 0.4;
constexpr double kMaxForeign = 0.5;

struct TableEntry {
  PixelLabel label = kBlackLabel;
  bool foreign = false;
};
using LabelTable = std::array<TableEntry, kLevels * kLevels * kLevels>;

int SquaredDistance(const DrawingColor& a, const DrawingColor& b) {
  const int red = a.red - b.red;
  const int green = a.green - b.green;
  const int blue = a.blue - b.blue;
  return red * red + green * green + blue * blue;
}

TableEntry NearestLabel(const DrawingColor& color) {
  TableEntry entry;
  int nearest = SquaredDistance(color, {});
  const auto consider = [&](PixelLabel label, const DrawingColor& candidate) {
    const int distance = SquaredDistance(color, candidate);
    if (distance < nearest) {
      nearest = distance;
      entry.label = label;
    }
  };
  consider(kWhiteLabel, kFaceColor);
  const auto [low, high] = std::minmax({color.red, color.green, color.blue});
  // Grey lies between white and black, however near a dark limb may be.
  if (2 * low < high) {
    for (size_t limb = 0; limb < kNumDrawnLimbs; ++limb) {
      consider(LimbLabel(limb), DimmedLimb(kBodyColors[limb]));
    }
    for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
      consider(JointLabel(joint), kBodyColors[joint]);
    }
  }
  entry.foreign = nearest > kFarDistance * kFarDistance;
  return entry;
}

const LabelTable& Table() {
  static const LabelTable* const kTable = [] {
    auto* table = new LabelTable;
    const auto level = [](int index) {
      return static_cast<uint8_t>(index * 255 / (kLevels - 1));
    };
    size_t at = 0;
    for (int red = 0; red < kLevels; ++red) {
      for (int green = 0; green < kLevels; ++green) {
        for (int blue = 0; blue < kLevels; ++blue) {
          (*table)[at++] =
              NearestLabel({level(red), level(green), level(blue)});
        }
      }
    }
    return table;
  }();
  return *kTable;
}

}  // namespace

LabelMap LabelPixels(const RgbImage& image, bool swapped) {
  constexpr int kDrop = 8 - kBits;
  const LabelTable& table = Table();
  LabelMap map{.width = image.width, .height = image.height};
  const size_t count = image.pixels.size() / 3;
  map.labels.resize(count);
  size_t black = 0;
  size_t foreign = 0;
  const size_t first = swapped ? 2 : 0;
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* pixel = image.pixels.data() + 3 * i;
    const size_t red = pixel[first] >> kDrop;
    const size_t green = pixel[1] >> kDrop;
    const size_t blue = pixel[2 - first] >> kDrop;
    const TableEntry& entry = table[(((red << kBits) | green) << kBits) | blue];
    map.labels[i] = entry.label;
    black += entry.label == kBlackLabel ? 1 : 0;
    foreign += entry.foreign ? 1 : 0;
  }
  map.black = static_cast<double>(black) / static_cast<double>(count);
  const size_t others = std::max<size_t>(count - black, 1);
  map.foreign = static_cast<double>(foreign) / static_cast<double>(others);
  return map;
}

bool LooksDrawn(const LabelMap& map) {
  return map.black >= kMinBlack && map.black < 1.0 &&
         map.foreign <= kMaxForeign;
}

}  // namespace animate
