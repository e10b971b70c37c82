#include "engine/media/pose_drawing_shapes.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "engine/media/pose_drawing_style.h"

namespace animate {
namespace {

void Widen(RowSpan& row, int x) {
  row.left = std::min(row.left, x);
  row.right = std::max(row.right, x);
}

// Adds the pixels of an edge, from left to right by Bresenham's rule with
// OpenCV's rounding, and what is filled because of it.
void AddEdge(cv::Point from, cv::Point to, FilledShape& shape) {
  if (to.x < from.x) std::swap(from, to);
  const auto row = [&](int y) -> RowSpan& {
    return shape.rows[static_cast<size_t>(y - shape.top)];
  };
  const int dx = to.x - from.x;
  const int dy = std::abs(to.y - from.y);
  const int step_y = to.y < from.y ? -1 : 1;
  const bool steep = dy > dx;
  const int length = steep ? dy : dx;
  const int rise = steep ? dx : dy;
  int error = length - 2 * rise;
  int x = from.x;
  int y = from.y;
  for (int i = 0; i <= length; ++i) {
    Widen(row(y), x);
    const bool turn = error < 0;
    error += (turn ? 2 * length : 0) - 2 * rise;
    if (steep || turn) y += step_y;
    if (!steep || turn) ++x;
  }
  // The rows between edges are filled by another rule, whose rounding may be
  // a pixel farther out: fixed point with 16 bits, half up.
  if (to.y < from.y) std::swap(from, to);
  if (to.y - from.y < 2) return;
  const int64_t rows = to.y - from.y;
  const int64_t slope =
      ((int64_t{to.x} - from.x) * (int64_t{1} << 17) + rows) / (2 * rows);
  int64_t fixed_x = int64_t{from.x} * (1 << 16) + (1 << 15);
  for (int i = from.y; i < to.y; ++i, fixed_x += slope) {
    Widen(row(i), static_cast<int>(fixed_x >> 16));
  }
}

}  // namespace

void ShapeOfLimb(double from_x, double from_y, double to_x, double to_y,
                 FilledShape& shape) {
  const double dx = from_x - to_x;
  const double dy = from_y - to_y;
  const double length = std::sqrt(dy * dy + dx * dx);
  const double degrees = std::atan2(dy, dx) * (180.0 / M_PI);
  // Conversions to int truncate toward zero, as Python's int() does.
  const cv::Point center(static_cast<int>((from_x + to_x) / 2),
                         static_cast<int>((from_y + to_y) / 2));
  const cv::Size half_axes(static_cast<int>(length / 2), kLimbHalfWidth);
  thread_local std::vector<cv::Point> polygon;
  cv::ellipse2Poly(center, half_axes, static_cast<int>(degrees), 0, 360, 1,
                   polygon);
  const auto [top, bottom] = std::minmax_element(
      polygon.begin(), polygon.end(),
      [](const cv::Point& a, const cv::Point& b) { return a.y < b.y; });
  shape.top = top->y;
  shape.rows.assign(
      static_cast<size_t>(bottom->y - top->y) + 1,
      {std::numeric_limits<int>::max(), std::numeric_limits<int>::min()});
  cv::Point last = polygon.back();
  for (const cv::Point& point : polygon) {
    AddEdge(last, point, shape);
    last = point;
  }
}

}  // namespace animate
