#ifndef ANIMATE_ENGINE_SYNTH_SHAPES_H_
#define ANIMATE_ENGINE_SYNTH_SHAPES_H_

#include <algorithm>
#include <cmath>

#include "engine/synth/canvas.h"
#include "engine/synth/color.h"

namespace animate {

// Light comes from the upper left, in front: to the right, down, to the viewer.
struct LightDirection {
  float x, y, z;
};
inline constexpr LightDirection kLight = {-0.42F, -0.58F, 0.70F};

// How bright a surface is that faces (x, y, z): 0 shade, 1 light.
inline float Lit(float x, float y, float z) {
  return SmoothStep(0.02F, 0.42F, kLight.x * x + kLight.y * y + kLight.z * z);
}

inline Color Shaded(const Color& color, float light) {
  return Mix(ShadeOf(color), color, light);
}

// Where a pixel is relative to a limb.
struct LimbHit {
  float distance;  // from the edge, pixels; negative inside
  float along;     // [0, 1] from beginning to end
  float across;    // [-1, 1] from edge to edge when inside, + is clockwise
};

// A straight limb that gets thinner: two discs and what is between them.
struct Capsule {
  Spot a, b;
  float ra = 0.0F, rb = 0.0F;

  LimbHit Hit(Spot p) const {
    const Spot axis = b - a;
    const float length2 = std::max(Dot(axis, axis), 1e-4F);
    const Spot from_a = p - a;
    const float t = std::clamp(Dot(from_a, axis) / length2, 0.0F, 1.0F);
    const Spot off = from_a - t * axis;
    const float radius = ra + t * (rb - ra);
    const float side = Cross(axis, from_a) / std::sqrt(length2);
    return {Norm(off) - radius, t, side / std::max(radius, 1e-3F)};
  }

  // Only the distance.
  float Distance(Spot p) const {
    const Spot axis = b - a;
    const Spot from_a = p - a;
    const float t = std::clamp(
        Dot(from_a, axis) / std::max(Dot(axis, axis), 1e-4F), 0.0F, 1.0F);
    return Norm(from_a - t * axis) - (ra + t * (rb - ra));
  }

  void Extend(PixelBox& box) const {
    box.Include(a, ra);
    box.Include(b, rb);
  }
};

// Two limbs on one joint; along goes to 2.
struct BentLimb {
  Capsule upper, lower;

  LimbHit Hit(Spot p) const {
    const LimbHit first = upper.Hit(p);
    LimbHit second = lower.Hit(p);
    second.along += 1.0F;
    return first.distance <= second.distance ? first : second;
  }

  // Unit direction of the part at `along`.
  Spot Axis(float along) const {
    const Capsule& part = along <= 1.0F ? upper : lower;
    const Spot axis = part.b - part.a;
    return (1.0F / std::max(Norm(axis), 1e-3F)) * axis;
  }

  PixelBox Box() const {
    PixelBox box;
    upper.Extend(box);
    lower.Extend(box);
    return box;
  }
};

// Fill and line of a shape at a signed distance: the line lies outside.
inline Paint Outlined(const Color& fill, const Color& line, float distance,
                      float line_width) {
  const float alpha = Coverage(distance - line_width);
  if (alpha <= 0.0F) return {};
  return {Mix(line, fill, Coverage(distance) / alpha), alpha};
}

// Signed distance, roughly, from an ellipse around the origin.
inline float EllipseDistance(float x, float y, float a, float b) {
  const float k = std::sqrt((x * x) / (a * a) + (y * y) / (b * b));
  const float g =
      std::sqrt((x * x) / (a * a * a * a) + (y * y) / (b * b * b * b));
  if (g < 1e-6F) return -std::min(a, b);
  return k * (k - 1.0F) / g;
}

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_SHAPES_H_
