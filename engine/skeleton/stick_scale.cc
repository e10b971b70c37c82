#include "engine/skeleton/stick_scale.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace animate {
namespace {

constexpr double kDiscArea = 49.0;  // pixels, of radius 4
constexpr int kSmallSide = 300;     // below, discs are too small to measure
constexpr int kMaxCanvasSide = 4096;
constexpr size_t kMinDiscs = 4;
constexpr double kSame = 1.25;  // factor within which a thickness is one known

// The area of the largest patch of each joint's colour; parts of hands have
// some of these colours, so the median of them is what counts.
std::vector<double> DiscAreas(const LabelMap& map) {
  std::vector<double> areas;
  cv::Mat mask(map.height, map.width, CV_8U);
  for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
    bool any = false;
    for (size_t i = 0; i < map.labels.size(); ++i) {
      const bool is = map.labels[i] == JointLabel(joint);
      mask.data[i] = is ? 1 : 0;
      any = any || is;
    }
    if (!any) continue;
    cv::Mat labels, stats, centroids;
    const int count =
        cv::connectedComponentsWithStats(mask, labels, stats, centroids);
    int largest = 0;
    for (int c = 1; c < count; ++c) {
      largest = std::max(largest, stats.at<int>(c, cv::CC_STAT_AREA));
    }
    areas.push_back(largest);
  }
  return areas;
}

bool Alike(double a, double b) {
  return std::max(a, b) <= kSame * std::min(a, b);
}

}  // namespace

CanvasSize StickCanvas(const LabelMap& map) {
  const CanvasSize own{map.width, map.height};
  const CanvasSize canvas = PoseCanvasSize(map.width, map.height);
  // A strip: no drawing of a person, and its canvas would be huge.
  if (std::max(canvas.width, canvas.height) > kMaxCanvasSide) return own;
  const double canvas_scale =
      std::sqrt(static_cast<double>(map.width) * map.height /
                (static_cast<double>(canvas.width) * canvas.height));
  if (std::min(map.width, map.height) < kSmallSide) return canvas;
  std::vector<double> areas = DiscAreas(map);
  if (areas.size() < kMinDiscs) {
    return Alike(canvas_scale, 1.0) ? own : canvas;
  }
  std::nth_element(
      areas.begin(),
      areas.begin() + static_cast<std::ptrdiff_t>(areas.size() / 2),
      areas.end());
  const double scale = std::sqrt(areas[areas.size() / 2] / kDiscArea);
  if (Alike(scale, 1.0)) return own;
  if (Alike(scale, canvas_scale)) return canvas;
  const auto side = [&](int pixels) {
    return std::clamp(static_cast<int>(std::lround(pixels / scale)), 64,
                      kMaxCanvasSide);
  };
  return {side(map.width), side(map.height)};
}

}  // namespace animate
