#ifndef ANIMATE_ENGINE_MEDIA_POSE_DRAWING_SHAPES_H_
#define ANIMATE_ENGINE_MEDIA_POSE_DRAWING_SHAPES_H_

#include <vector>

namespace animate {

// The pixels from `left` to `right`, both included, of one row.
struct RowSpan {
  int left = 0;
  int right = 0;
  friend bool operator==(const RowSpan&, const RowSpan&) = default;
};

// A filled shape without holes and dents: row `top`, and those below it.
struct FilledShape {
  int top = 0;
  std::vector<RowSpan> rows;
};

// Returns the pixels of the limb between two points: those that OpenCV's
// ellipse2Poly and fillConvexPoly fill as the reference calls them, where the
// picture is large enough; many times faster. The order of the ends matters.
// `shape` is written to, so that its memory can be used again.
// REQUIRES: coordinates within +-10^6.
void ShapeOfLimb(double from_x, double from_y, double to_x, double to_y,
                 FilledShape& shape);

// Half the widths of OpenCV's filled circle in the rows from its middle
// outwards: row dy spans 2 * half[|dy|] + 1 pixels.
inline constexpr int kDiscOfRadius4[] = {4, 3, 3, 2, 0};
inline constexpr int kDiscOfRadius3[] = {3, 2, 2, 0};

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_POSE_DRAWING_SHAPES_H_
