#include "engine/detector/region.h"

#include <algorithm>
#include <cmath>

namespace animate {
namespace {

constexpr double kPi = 3.14159265358979323846;

}  // namespace

double RotationToward(Point from, Point to, double target) {
  const double angle = target - std::atan2(-(to.y - from.y), to.x - from.x);
  return angle - 2 * kPi * std::floor((angle + kPi) / (2 * kPi));
}

Region RegionAround(Point center, Point rim, double target) {
  const double side = 2 * Distance(center, rim);
  return {.center = center,
          .width = side,
          .height = side,
          .rotation = RotationToward(center, rim, target)};
}

Region RegionOfBox(double left, double top, double right, double bottom) {
  return {.center = {(left + right) / 2, (top + bottom) / 2},
          .width = right - left,
          .height = bottom - top};
}

Region Grown(const Region& region, double factor, double shift) {
  const double down = region.height * shift;
  const double side = factor * std::max(region.width, region.height);
  return {.center = region.center + Point{-down * std::sin(region.rotation),
                                          down * std::cos(region.rotation)},
          .width = side,
          .height = side,
          .rotation = region.rotation};
}

Region LetterboxRegion(int width, int height) {
  const double side = std::max(width, height);
  return {.center = {width / 2.0, height / 2.0}, .width = side, .height = side};
}

Point FromRegion(Point point, const Region& region) {
  const double x = (point.x - 0.5) * region.width;
  const double y = (point.y - 0.5) * region.height;
  const double c = std::cos(region.rotation);
  const double s = std::sin(region.rotation);
  return region.center + Point{x * c - y * s, x * s + y * c};
}

bool IsUsable(const Region& region) {
  return std::abs(region.center.x) <= kMaxCoordinate &&
         std::abs(region.center.y) <= kMaxCoordinate && region.width >= 1.0 &&
         region.height >= 1.0 && region.width <= kMaxCoordinate &&
         region.height <= kMaxCoordinate && std::isfinite(region.rotation);
}

double Overlap(const Region& a, const Region& b) {
  const auto shared = [](double a_center, double a_side, double b_center,
                         double b_side) {
    return std::min(a_center + a_side / 2, b_center + b_side / 2) -
           std::max(a_center - a_side / 2, b_center - b_side / 2);
  };
  const double a_side = std::max(a.width, a.height);
  const double b_side = std::max(b.width, b.height);
  const double width = shared(a.center.x, a_side, b.center.x, b_side);
  const double height = shared(a.center.y, a_side, b.center.y, b_side);
  if (!(width > 0.0 && height > 0.0)) return 0.0;
  const double both = width * height;
  return both / (a_side * a_side + b_side * b_side - both);
}

}  // namespace animate
