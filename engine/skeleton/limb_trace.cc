#include "engine/skeleton/limb_trace.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace animate {
namespace {

constexpr size_t kMinPixels = 8;      // of the largest patch
constexpr size_t kMinOthers = 4;      // of others on its line
constexpr double kMaxBlackGap = 4.0;  // pixels between patches of one limb

struct Pixel {
  int x = 0;
  int y = 0;
};
using Patch = std::vector<Pixel>;

Point MiddleOf(const Pixel& pixel) { return {pixel.x + 0.5, pixel.y + 0.5}; }

// Finds patches of pixels of limbs, of which at least `min_same` of the four
// neighbours have the same label: the edges of discs and of other limbs mix
// into such colours, but thinly.
class PatchFinder {
 public:
  PatchFinder(const LabelMap& map, int min_same)
      : map_(map), min_same_(min_same), seen_(map.labels.size(), 0) {}

  // Patches by limb, the largest first.
  std::array<std::vector<Patch>, kNumDrawnLimbs> Find() {
    std::array<std::vector<Patch>, kNumDrawnLimbs> patches;
    for (int y = 0; y < map_.height; ++y) {
      for (int x = 0; x < map_.width; ++x) {
        if (!IsLimbLabel(map_.at(x, y)) || !Take(x, y)) continue;
        const auto limb = static_cast<size_t>(map_.at(x, y) - kFirstLimbLabel);
        patches[limb].push_back(Fill({x, y}));
      }
    }
    for (std::vector<Patch>& list : patches) {
      std::stable_sort(
          list.begin(), list.end(),
          [](const Patch& a, const Patch& b) { return a.size() > b.size(); });
    }
    return patches;
  }

 private:
  // Whether the pixel belongs to a patch and was not taken before.
  bool Take(int x, int y) {
    if (x < 1 || y < 1 || x + 1 >= map_.width || y + 1 >= map_.height) {
      return false;
    }
    uint8_t& seen =
        seen_[static_cast<size_t>(y) * static_cast<size_t>(map_.width) +
              static_cast<size_t>(x)];
    if (seen != 0) return false;
    const PixelLabel label = map_.at(x, y);
    const int same = (map_.at(x - 1, y) == label ? 1 : 0) +
                     (map_.at(x + 1, y) == label ? 1 : 0) +
                     (map_.at(x, y - 1) == label ? 1 : 0) +
                     (map_.at(x, y + 1) == label ? 1 : 0);
    if (same < min_same_) return false;
    seen = 1;
    return true;
  }

  Patch Fill(Pixel start) {
    Patch patch = {start};
    const PixelLabel label = map_.at(start.x, start.y);
    for (size_t i = 0; i < patch.size(); ++i) {
      const Pixel at = patch[i];
      for (int y = at.y - 1; y <= at.y + 1; ++y) {
        for (int x = at.x - 1; x <= at.x + 1; ++x) {
          if (map_.Contains(x, y) && map_.at(x, y) == label && Take(x, y)) {
            patch.push_back({x, y});
          }
        }
      }
    }
    return patch;
  }

  const LabelMap& map_;
  const int min_same_;
  std::vector<uint8_t> seen_;
};

// The principal axis of `pixels`.
LimbTrace FitLine(const Patch& pixels) {
  LimbTrace trace{.found = true};
  Point sum;
  for (const Pixel& p : pixels) sum = sum + MiddleOf(p);
  trace.middle = (1.0 / static_cast<double>(pixels.size())) * sum;
  double xx = 0.0, xy = 0.0, yy = 0.0;
  for (const Pixel& p : pixels) {
    const Point d = MiddleOf(p) - trace.middle;
    xx += d.x * d.x;
    xy += d.x * d.y;
    yy += d.y * d.y;
  }
  const double angle = 0.5 * std::atan2(2.0 * xy, xx - yy);
  trace.direction = {std::cos(angle), std::sin(angle)};
  for (const Pixel& p : pixels) {
    trace.begin = std::min(trace.begin, trace.Along(MiddleOf(p)));
    trace.end = std::max(trace.end, trace.Along(MiddleOf(p)));
  }
  return trace;
}

// Whether the way along the line from `from` to `to` is covered by something.
bool IsCovered(const LabelMap& map, const LimbTrace& trace, double from,
               double to) {
  double black = 0.0;
  for (double along = from; along <= to; along += 1.0) {
    const Point p = trace.At(along);
    const int x = static_cast<int>(p.x);
    const int y = static_cast<int>(p.y);
    if (!map.Contains(x, y) || map.at(x, y) == kBlackLabel) black += 1.0;
  }
  return black <= kMaxBlackGap;
}

LimbTrace Trace(const LabelMap& map, const std::vector<Patch>& patches) {
  Patch pixels = patches.front();
  LimbTrace trace = FitLine(pixels);
  for (size_t i = 1; i < patches.size(); ++i) {
    const Patch& other = patches[i];
    if (other.size() < kMinOthers) break;
    const bool on_line =
        std::all_of(other.begin(), other.end(), [&](const Pixel& p) {
          return trace.Aside(MiddleOf(p)) < kMaxLimbAside;
        });
    if (!on_line) continue;
    const double along = trace.Along(MiddleOf(other.front()));
    const bool covered = along > trace.end
                             ? IsCovered(map, trace, trace.end, along)
                             : IsCovered(map, trace, along, trace.begin);
    if (!covered) continue;
    pixels.insert(pixels.end(), other.begin(), other.end());
    trace = FitLine(pixels);
  }
  return trace;
}

}  // namespace

std::array<LimbTrace, kNumDrawnLimbs> TraceLimbs(const LabelMap& map) {
  const auto core = PatchFinder(map, 4).Find();
  const auto thin = PatchFinder(map, 2).Find();
  std::array<LimbTrace, kNumDrawnLimbs> traces;
  for (size_t limb = 0; limb < kNumDrawnLimbs; ++limb) {
    for (const auto* patches : {&core[limb], &thin[limb]}) {
      if (patches->empty() || patches->front().size() < kMinPixels) continue;
      traces[limb] = Trace(map, *patches);
      break;
    }
  }
  return traces;
}

}  // namespace animate
