#include "engine/skeleton/face_reader.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "engine/media/pose_drawing_shapes.h"
#include "engine/skeleton/disc.h"
#include "engine/skeleton/dot_fitter.h"

namespace animate {
namespace {

constexpr size_t kMinWhitePixels = 25;  // most of a dot
constexpr int kWholeDot = 22;           // pixels of 29 that make a dot
constexpr int kApart = 31;              // pixels between dots of one face
constexpr double kMinDotFit = 0.6;
constexpr size_t kMaxDrift = 15;  // uncovered pixels, half a dot

// A dot of a face, for filtering.
cv::Mat Disc() {
  cv::Mat disc =
      cv::Mat::zeros(2 * kFaceRadius + 1, 2 * kFaceRadius + 1, CV_8U);
  ForEachDiscPixel(kDiscOfRadius3, kFaceRadius, kFaceRadius,
                   [&](int x, int y) { disc.at<uint8_t>(y, x) = 1; });
  return disc;
}

// An average face: eyes at height 0, as wide as the jaw is at its ends.
std::array<Point, kNumFacePoints> AverageFace() {
  constexpr size_t kJaw = 17;
  constexpr Point kInner[kNumFacePoints - kJaw] = {
      {-0.40, -0.14},  {-0.33, -0.20},  {-0.25, -0.22}, {-0.16, -0.20},
      {-0.08, -0.16},  {0.08, -0.16},   {0.16, -0.20},  {0.25, -0.22},
      {0.33, -0.20},   {0.40, -0.14},   {0.00, 0.00},   {0.00, 0.11},
      {0.00, 0.22},    {0.00, 0.33},    {-0.12, 0.40},  {-0.06, 0.42},
      {0.00, 0.43},    {0.06, 0.42},    {0.12, 0.40},   {-0.29, 0.00},
      {-0.24, -0.035}, {-0.18, -0.035}, {-0.13, 0.005}, {-0.18, 0.03},
      {-0.24, 0.03},   {0.13, 0.005},   {0.18, -0.035}, {0.24, -0.035},
      {0.29, 0.00},    {0.24, 0.03},    {0.18, 0.03},   {-0.19, 0.57},
      {-0.12, 0.52},   {-0.05, 0.50},   {0.00, 0.515},  {0.05, 0.50},
      {0.12, 0.52},    {0.19, 0.57},    {0.12, 0.635},  {0.05, 0.66},
      {0.00, 0.665},   {-0.05, 0.66},   {-0.12, 0.635}, {-0.16, 0.57},
      {-0.05, 0.555},  {0.00, 0.56},    {0.05, 0.555},  {0.16, 0.57},
      {0.05, 0.59},    {0.00, 0.595},   {-0.05, 0.59}};
  std::array<Point, kNumFacePoints> face;
  for (size_t i = 0; i < kJaw; ++i) {
    const double turn = M_PI * static_cast<double>(i) / (kJaw - 1);
    face[i] = {-0.5 * std::cos(turn), 0.80 * std::sin(turn)};
  }
  std::copy(std::begin(kInner), std::end(kInner), face.begin() + kJaw);
  return face;
}

// The white dots of the largest face. Colours that mix elsewhere may be
// whitish, too: patches without a whole dot do not count, and what is far from
// the largest group neither.
cv::Mat FaceMask(const LabelMap& map) {
  cv::Mat white(map.height, map.width, CV_8U);
  for (size_t i = 0; i < map.labels.size(); ++i) {
    white.data[i] = map.labels[i] == kWhiteLabel ? 1 : 0;
  }
  // Those whose middle could be that of a dot.
  cv::Mat middles;
  cv::filter2D(white, middles, CV_8U, Disc(), cv::Point(-1, -1), 0.0,
               cv::BORDER_CONSTANT);
  middles = (middles >= kWholeDot) / 255;
  cv::Mat group;
  cv::dilate(middles, group,
             cv::getStructuringElement(cv::MORPH_ELLIPSE, {kApart, kApart}));
  cv::Mat labels, stats, centroids;
  const int count =
      cv::connectedComponentsWithStats(group, labels, stats, centroids);
  std::vector<int> pixels(static_cast<size_t>(count), 0);
  for (int y = 0; y < map.height; ++y) {
    for (int x = 0; x < map.width; ++x) {
      if (white.at<uint8_t>(y, x) != 0) {
        ++pixels[static_cast<size_t>(labels.at<int>(y, x))];
      }
    }
  }
  pixels[0] = 0;
  const auto largest = static_cast<int>(
      std::max_element(pixels.begin(), pixels.end()) - pixels.begin());
  if (largest == 0) return cv::Mat::zeros(map.height, map.width, CV_8U);
  cv::Mat face;
  white.copyTo(face, labels == largest);
  return face;
}

DotField FieldOf(const cv::Mat& mask) {
  DotField field{.width = mask.cols, .height = mask.rows};
  field.ground.reserve(mask.total());
  for (size_t i = 0; i < mask.total(); ++i) {
    field.ground.push_back(mask.data[i] != 0 ? DotGround::kDot
                                             : DotGround::kForbidden);
  }
  return field;
}

std::vector<Point> PixelsOf(const cv::Mat& mask) {
  std::vector<Point> pixels;
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      if (mask.at<uint8_t>(y, x) != 0) pixels.push_back({x + 0.5, y + 0.5});
    }
  }
  return pixels;
}

// The person's left as a direction of the picture.
Point LeftOfHead(const BodyReading& body) {
  const auto& joints = body.joints;
  for (const auto& [right, left] :
       {std::pair(kRightEar, kLeftEar), {kRightEye, kLeftEye}}) {
    if (joints[right].source == JointReading::Source::kNone ||
        joints[left].source == JointReading::Source::kNone) {
      continue;
    }
    const Point span = joints[left].at - joints[right].at;
    const double length = std::hypot(span.x, span.y);
    // Seen from behind the face would be upside down; dots then are few.
    if (length > 6.0 && span.x > 0.0) return (1.0 / length) * span;
  }
  return {1.0, 0.0};
}

// Lays the average face over the white: as large as it is along `left` and
// across.
std::vector<Point> LayOver(const std::vector<Point>& white, Point left) {
  const Point down{-left.y, left.x};
  const auto extent = [&](Point axis) {
    std::vector<double> along;
    along.reserve(white.size());
    for (const Point& p : white) along.push_back(p.x * axis.x + p.y * axis.y);
    std::sort(along.begin(), along.end());
    const size_t trim = along.size() / 200;
    return std::pair(along[trim] + kFaceRadius,
                     along[along.size() - 1 - trim] - kFaceRadius);
  };
  const auto [x0, x1] = extent(left);
  const auto [y0, y1] = extent(down);
  constexpr double kTop = -0.22;
  constexpr double kBottom = 0.80;
  std::vector<Point> laid;
  for (const Point& p : AverageFace()) {
    const double x = x0 + (p.x + 0.5) * (x1 - x0);
    const double y = y0 + (p.y - kTop) / (kBottom - kTop) * (y1 - y0);
    laid.push_back(x * left + y * down);
  }
  return laid;
}

// Lays the face of the frame before over the white: by the middles of both.
std::vector<Point> LayOver(const std::vector<Point>& white,
                           const FacePoints& before) {
  const auto middle = [](double low, double high) {
    return 0.5 * (low + high);
  };
  Point low{1e9, 1e9}, high{-1e9, -1e9}, low_white{1e9, 1e9},
      high_white{-1e9, -1e9};
  const auto widen = [](Point p, Point& l, Point& h) {
    l = {std::min(l.x, p.x), std::min(l.y, p.y)};
    h = {std::max(h.x, p.x), std::max(h.y, p.y)};
  };
  for (const Keypoint& point : before) {
    if (point.confidence > 0.0) widen(PointOf(point), low, high);
  }
  for (const Point& p : white) widen(p, low_white, high_white);
  const Point shift{middle(low_white.x, high_white.x) - middle(low.x, high.x),
                    middle(low_white.y, high_white.y) - middle(low.y, high.y)};
  std::vector<Point> laid;
  for (const Keypoint& point : before) {
    laid.push_back(point.confidence > 0.0
                       ? PointOf(point) + shift
                       : Point{middle(low_white.x, high_white.x),
                               middle(low_white.y, high_white.y)});
  }
  return laid;
}

bool IsSeen(const FacePoints& face) {
  return std::any_of(face.begin(), face.end(), [](const Keypoint& point) {
    return point.confidence > 0.0;
  });
}

}  // namespace

FacePoints ReadFace(const LabelMap& map, const BodyReading& body,
                    const FacePoints* before) {
  FacePoints face;
  const cv::Mat mask = FaceMask(map);
  const std::vector<Point> white = PixelsOf(mask);
  if (white.size() < kMinWhitePixels) return face;
  const DotField field = FieldOf(mask);
  const auto settle = [&](const std::vector<Point>& laid) {
    return FitDots(field, kDiscOfRadius3, laid,
                   {.reach = 6, .loyalty = 0.01, .rounds = 4});
  };
  std::vector<Point> points =
      settle(FitDots(field, kDiscOfRadius3, LayOver(white, LeftOfHead(body)),
                     {.reach = 10, .loyalty = 0.05, .rounds = 3}));
  if (before != nullptr && IsSeen(*before)) {
    // Following a face keeps its points apart; but it must not drift.
    const std::vector<Point> followed = settle(LayOver(white, *before));
    if (CountUncovered(field, kDiscOfRadius3, followed) <=
        CountUncovered(field, kDiscOfRadius3, points) + kMaxDrift) {
      points = followed;
    }
  }
  for (size_t i = 0; i < kNumFacePoints; ++i) {
    if (DotFit(field, kDiscOfRadius3, points[i]) >= kMinDotFit) {
      face[i] = {points[i].x, points[i].y, 1.0};
    }
  }
  return face;
}

}  // namespace animate
