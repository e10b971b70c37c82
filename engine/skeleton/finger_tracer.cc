#include "engine/skeleton/finger_tracer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "engine/media/pose_drawing_style.h"

namespace animate {
namespace {

constexpr size_t kFingers = 5;
constexpr double kMaxHueAway = 0.035;  // turns; bones are 0.05 apart
constexpr int kMinBrightness = 110;
constexpr double kBlackCost = 1.0;    // per pixel of a bone that is not there
constexpr double kColorGain = 1.2;    // per pixel that is
constexpr double kLengthCost = 0.25;  // per pixel of a wrong length
constexpr double kPlaceCost = 0.02;   // per pixel away from what is expected

// Hue in turns; below 0 for what is dark or grey.
double HueOf(const uint8_t* pixel) {
  const int red = pixel[0];
  const int green = pixel[1];
  const int blue = pixel[2];
  const int high = std::max({red, green, blue});
  const int low = std::min({red, green, blue});
  if (high < kMinBrightness || 2 * low > high) return -1.0;
  const double span = high - low;
  double hue = 0.0;
  if (high == red) {
    hue = (green - blue) / span;
  } else if (high == green) {
    hue = 2.0 + (blue - red) / span;
  } else {
    hue = 4.0 + (red - green) / span;
  }
  return hue < 0.0 ? hue / 6.0 + 1.0 : hue / 6.0;
}

class FingerTracer {
 public:
  FingerTracer(const RgbImage& image, const LabelMap& map,
               absl::Span<const Point> expected, absl::Span<const Point> places)
      : image_(image), map_(map), expected_(expected), places_(places) {}

  std::vector<Point> Run() const {
    std::vector<Point> points(expected_.begin(), expected_.end());
    if (places_.empty()) return points;
    for (size_t finger = 0; finger < kFingers; ++finger) {
      Trace(finger, points);
    }
    return points;
  }

 private:
  // How well the picture shows bone `bone` between two places.
  double BoneScore(size_t bone, Point from, Point to) const {
    const double length = Distance(from, to);
    const double wanted =
        Distance(expected_[HandBoneStart(bone)], expected_[HandBoneEnd(bone)]);
    double score = -kLengthCost * std::abs(length - wanted);
    const double hue = static_cast<double>(bone) / kNumHandBones;
    // The dots at the ends hide the rest.
    for (double along = kHandRadius + 1.0; along < length - kHandRadius;
         along += 1.0) {
      const Point p = from + (along / length) * (to - from);
      const int x = static_cast<int>(p.x);
      const int y = static_cast<int>(p.y);
      if (!map_.Contains(x, y)) return -1e9;
      const PixelLabel label = map_.at(x, y);
      if (label == kHandDotLabel || label == kWhiteLabel) continue;
      const double seen = HueOf(image_.at(x, y));
      const double away = std::abs(std::remainder(seen - hue, 1.0));
      score += seen >= 0.0 && away < kMaxHueAway ? kColorGain : -kBlackCost;
    }
    return score;
  }

  // The best chain of places from the wrist on (Viterbi).
  void Trace(size_t finger, std::vector<Point>& points) const {
    const size_t count = places_.size();
    const size_t first = finger * kBonesPerFinger;
    std::vector<double> score(count);
    std::array<std::vector<size_t>, kBonesPerFinger> origin;
    for (size_t step = 0; step < kBonesPerFinger; ++step) {
      const size_t bone = first + step;
      std::vector<double> next(count);
      origin[step].assign(count, 0);
      for (size_t to = 0; to < count; ++to) {
        const double place_score =
            -kPlaceCost * Distance(places_[to], expected_[HandBoneEnd(bone)]);
        if (step == 0) {
          next[to] = place_score + BoneScore(bone, points[0], places_[to]);
          continue;
        }
        next[to] = -1e18;
        for (size_t from = 0; from < count; ++from) {
          const double sum = score[from] + place_score +
                             BoneScore(bone, places_[from], places_[to]);
          if (sum > next[to]) {
            next[to] = sum;
            origin[step][to] = from;
          }
        }
      }
      score = std::move(next);
    }
    auto at = static_cast<size_t>(std::max_element(score.begin(), score.end()) -
                                  score.begin());
    for (size_t step = kBonesPerFinger; step-- > 0;) {
      points[HandBoneEnd(first + step)] = places_[at];
      at = origin[step][at];
    }
  }

  const RgbImage& image_;
  const LabelMap& map_;
  absl::Span<const Point> expected_;
  absl::Span<const Point> places_;
};

}  // namespace

std::vector<Point> TraceFingers(const RgbImage& image, const LabelMap& map,
                                absl::Span<const Point> expected,
                                absl::Span<const Point> places) {
  return FingerTracer(image, map, expected, places).Run();
}

}  // namespace animate
