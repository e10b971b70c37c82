#ifndef ANIMATE_ENGINE_DETECTOR_REGION_H_
#define ANIMATE_ENGINE_DETECTOR_REGION_H_

#include "engine/pose/body_bones.h"

namespace animate {

// A turned rectangle in a picture, in pixels: what a network is to look at.
// `rotation` is in radians, clockwise on the screen.
struct Region {
  Point center;
  double width = 0.0;
  double height = 0.0;
  double rotation = 0.0;
  friend bool operator==(const Region& a, const Region& b) {
    return a.center.x == b.center.x && a.center.y == b.center.y &&
           a.width == b.width && a.height == b.height &&
           a.rotation == b.rotation;
  }
};

// Returns by how much to turn for the direction from `from` to `to` to point
// to `target` radians, counted from x against the clock; in [-pi, pi).
double RotationToward(Point from, Point to, double target);

// The square about `center` that reaches to `rim`, turned so that the direction
// from center to rim points to `target`.
Region RegionAround(Point center, Point rim, double target);

// The upright rectangle from (left, top) to (right, bottom).
Region RegionOfBox(double left, double top, double right, double bottom);

// Moves `region` down (its own down) by `shift` times its height, then makes it
// a square of `factor` times its longer side.
Region Grown(const Region& region, double factor, double shift);

// The square about the middle of a picture that holds all of it.
Region LetterboxRegion(int width, int height);

// Returns where `point`, in [0, 1] of the region, lies in the picture.
Point FromRegion(Point point, const Region& region);

// Whether `region` can be looked at: finite, at least a pixel large, and not
// absurdly far away or large.
bool IsUsable(const Region& region);

// Intersection over union of the upright squares in which the regions lie.
double Overlap(const Region& a, const Region& b);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_REGION_H_
