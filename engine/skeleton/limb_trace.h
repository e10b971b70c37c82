#ifndef ANIMATE_ENGINE_SKELETON_LIMB_TRACE_H_
#define ANIMATE_ENGINE_SKELETON_LIMB_TRACE_H_

#include <array>
#include <cmath>

#include "engine/media/pose_drawing_style.h"
#include "engine/pose/body_bones.h"
#include "engine/skeleton/label_map.h"

namespace animate {

inline constexpr double kLimbReach = 5.0;  // from the core of a limb to its end
inline constexpr double kMaxLimbAside = 6.0;  // of its joints from its line

// The straight line that the visible part of a limb lies on.
struct LimbTrace {
  bool found = false;
  Point middle;
  Point direction;     // unit
  double begin = 0.0;  // along the direction, from the middle
  double end = 0.0;

  double Along(Point p) const {
    return (p.x - middle.x) * direction.x + (p.y - middle.y) * direction.y;
  }
  double Aside(Point p) const {
    return std::abs((p.x - middle.x) * direction.y -
                    (p.y - middle.y) * direction.x);
  }
  Point At(double along) const { return middle + along * direction; }
  Point BeginPoint() const { return At(begin - kLimbReach); }
  Point EndPoint() const { return At(end + kLimbReach); }
};

// Traces all limbs: by the largest patch of each colour, and those on the same
// line with nothing black in between, as what crosses a limb divides it.
std::array<LimbTrace, kNumDrawnLimbs> TraceLimbs(const LabelMap& map);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SKELETON_LIMB_TRACE_H_
