#include "engine/synth/hair_strands.h"

#include <algorithm>
#include <cmath>

namespace animate {
namespace {

class StrandPlacer {
 public:
  StrandPlacer(const Brush& brush, const HeadView& head)
      : head_(head), size_(head.half_height()) {
    middle_depth_ = head.Project({0.0, 0.0, 0.0}).depth;
    const Vector3 lag = brush.view.Turn(brush.figure.lag);
    lag_ = {static_cast<float>(-lag.z) * brush.scale,
            static_cast<float>(-lag.y) * brush.scale};
  }

  // A stiff strand between two points in units of the head; radii in half
  // heights.
  void Stiff(const Vector3& from, const Vector3& to, double r_from,
             double r_to) {
    const ViewPoint a = head_.Project(from);
    const ViewPoint b = head_.Project(to);
    Add({ToSpot(a), ToSpot(b), Radius(r_from), Radius(r_to)},
        0.5 * (a.depth + b.depth) > middle_depth_);
  }

  // A strand that leaves at `from` towards `to` and then hangs down by
  // `length` half heights; it swings the more the longer it is.
  void Hanging(const Vector3& from, const Vector3& to, double length,
               double r_from, double r_middle, double r_to) {
    const ViewPoint a = head_.Project(from);
    const ViewPoint b = head_.Project(to);
    const bool before = 0.5 * (a.depth + b.depth) > middle_depth_;
    const Spot start = ToSpot(b);
    const float drop = static_cast<float>(length) * size_;
    const Spot middle = start + Spot{0.0F, 0.5F * drop} + 0.45F * lag_;
    const Spot end = start + Spot{0.0F, drop} + lag_;
    Add({ToSpot(a), start, Radius(r_from), Radius(r_from)}, before);
    Add({start, middle, Radius(r_from), Radius(r_middle)}, before);
    Add({middle, end, Radius(r_middle), Radius(r_to)}, before);
  }

  HairStrands Take() { return std::move(strands_); }

 private:
  static Spot ToSpot(const ViewPoint& p) {
    return {static_cast<float>(p.x), static_cast<float>(p.y)};
  }
  float Radius(double half_heights) const {
    return static_cast<float>(half_heights) * size_;
  }
  void Add(const Capsule& capsule, bool before) {
    (before ? strands_.before : strands_.behind).push_back(capsule);
  }

  const HeadView& head_;
  float size_;
  double middle_depth_;
  Spot lag_;
  HairStrands strands_;
};

void PlaceSpikes(double volume, StrandPlacer& place) {
  // Rows of spikes from ear to ear: how far back, how high they begin.
  constexpr double kRows[][2] = {{0.42, 0.30}, {-0.05, 0.15}, {-0.55, -0.10}};
  for (const auto& row : kRows) {
    for (int i = -3; i <= 3; ++i) {
      const double a = i * 0.42;
      const double rise = std::cos(a) * std::sqrt(1.0 - row[0] * row[0]);
      const Vector3 out{row[0], std::max(rise, row[1]), std::sin(a) * 0.95};
      const Vector3 tip{1.20 * volume * out.x + 0.05,
                        1.42 * volume * out.y + 0.10, 1.42 * volume * out.z};
      place.Stiff(0.80 * out, tip, 0.30, 0.015);
    }
  }
}

void PlaceCurls(double volume, StrandPlacer& place) {
  for (int ring = 0; ring < 4; ++ring) {
    const double back = 0.50 - 0.42 * ring;  // x
    const double wide = std::sqrt(std::max(0.0, 1.0 - back * back));
    for (int i = -3; i <= 3; ++i) {
      const double a = i * 0.50;
      const double low = ring < 1 ? 0.28 : -0.30;
      const Vector3 at{1.02 * back, std::max(1.02 * wide * std::cos(a), low),
                       1.05 * wide * std::sin(a)};
      place.Stiff(at, at, 0.31 * volume, 0.31 * volume);
    }
  }
}

}  // namespace

HairStrands PlaceStrands(const Brush& brush, const HeadView& head) {
  const CharacterLook& look = brush.character.look;
  StrandPlacer place(brush, head);
  const double v = look.hair_volume;
  switch (look.hair_style) {
    case HairStyle::kBald:
    case HairStyle::kShort:
      break;
    case HairStyle::kSpiky:
      PlaceSpikes(v, place);
      break;
    case HairStyle::kBob:
      place.Stiff({-0.55, 0.10, 0.0}, {-0.50, -0.75, 0.0}, 0.70, 0.66);
      for (const double side : {-1.0, 1.0}) {
        place.Stiff({-0.25, 0.10, 0.72 * side}, {-0.22, -0.82, 0.86 * side},
                    0.36 * v, 0.34 * v);
        place.Stiff({0.30, 0.15, 0.92 * side}, {0.34, -0.72, 1.0 * side}, 0.13,
                    0.09);
      }
      break;
    case HairStyle::kLong:
      for (const double side : {-1.0, 0.0, 1.0}) {
        place.Hanging({-0.45, 0.20, 0.55 * side}, {-0.60, -0.50, 0.70 * side},
                      1.9 * v * (side == 0.0 ? 1.1 : 1.0), 0.52, 0.44, 0.20);
      }
      for (const double side : {-1.0, 1.0}) {
        place.Hanging({0.25, 0.20, 0.93 * side}, {0.28, -0.30, 1.02 * side},
                      0.75 * v, 0.14, 0.12, 0.04);
      }
      break;
    case HairStyle::kPonytail:
      place.Hanging({-0.85, 0.50, 0.0}, {-1.45, 0.62, 0.0}, 1.7 * v, 0.20, 0.32,
                    0.05);
      break;
    case HairStyle::kTwinTails:
      for (const double side : {-1.0, 1.0}) {
        place.Hanging({-0.35, 0.42, 0.85 * side}, {-0.40, 0.46, 1.38 * side},
                      1.6 * v, 0.20, 0.30, 0.05);
      }
      break;
    case HairStyle::kBun:
      if (look.fringe == Fringe::kParted || look.fringe == Fringe::kZigzag) {
        for (const double side : {-1.0, 1.0}) {
          const Vector3 at{-0.15, 0.98, 0.66 * side};
          place.Stiff(at, at, 0.34 * v, 0.34 * v);
        }
      } else {
        place.Stiff({-0.28, 1.18, 0.0}, {-0.28, 1.18, 0.0}, 0.40 * v, 0.40 * v);
      }
      break;
    case HairStyle::kAfro:
      place.Stiff({-0.30, 0.30, 0.0}, {-0.30, 0.30, 0.0}, 1.30 * v, 1.30 * v);
      break;
    case HairStyle::kCurly:
      PlaceCurls(v, place);
      break;
  }
  return place.Take();
}

}  // namespace animate
