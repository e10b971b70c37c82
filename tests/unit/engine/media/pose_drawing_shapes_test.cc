#include "engine/media/pose_drawing_shapes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "absl/types/span.h"

namespace animate {
namespace {

constexpr int kSide = 400;

cv::Mat FilledPixels(const FilledShape& shape) {
  cv::Mat picture = cv::Mat::zeros(kSide, kSide, CV_8U);
  for (size_t i = 0; i < shape.rows.size(); ++i) {
    const int y = shape.top + static_cast<int>(i);
    const int left = std::max(shape.rows[i].left, 0);
    const int right = std::min(shape.rows[i].right, kSide - 1);
    if (y < 0 || y >= kSide || left > right) continue;
    picture.row(y).colRange(left, right + 1).setTo(1);
  }
  return picture;
}

// The reference's calls.
cv::Mat Reference(double x1, double y1, double x2, double y2) {
  cv::Mat picture = cv::Mat::zeros(kSide, kSide, CV_8U);
  const double length = std::hypot(x1 - x2, y1 - y2);
  const double degrees = std::atan2(y1 - y2, x1 - x2) * (180.0 / M_PI);
  std::vector<cv::Point> polygon;
  cv::ellipse2Poly(
      {static_cast<int>((x1 + x2) / 2), static_cast<int>((y1 + y2) / 2)},
      {static_cast<int>(length / 2), 4}, static_cast<int>(degrees), 0, 360, 1,
      polygon);
  cv::fillConvexPoly(picture, polygon, 1);
  return picture;
}

TEST(ShapeOfLimbTest, IsWhatOpenCvFills) {
  FilledShape shape;
  for (const double length :
       {0.0, 1.0, 2.0, 5.3, 9.9, 17.2, 40.6, 90.1, 161.8, 333.0}) {
    for (int degrees = -180; degrees < 180; degrees += 3) {
      const double radians = degrees * M_PI / 180.0 + 1e-3;
      const double center = 199.3 + degrees % 7;
      const double dx = 0.5 * length * std::cos(radians);
      const double dy = 0.5 * length * std::sin(radians);
      ShapeOfLimb(center - dx, center - dy, center + dx, center + dy, shape);
      const cv::Mat expected =
          Reference(center - dx, center - dy, center + dx, center + dy);
      ASSERT_EQ(cv::countNonZero(FilledPixels(shape) != expected), 0)
          << length << " pixels at " << degrees << " degrees";
    }
  }
}

TEST(ShapeOfLimbTest, IsWhatOpenCvFillsAcrossTheEdgesOfThePicture) {
  FilledShape shape;
  int differences = 0;
  int filled = 0;
  for (int degrees = -180; degrees < 180; degrees += 7) {
    for (const cv::Point2d center : {cv::Point2d(2.5, 200),
                                     {397, 150.2},
                                     {210, 0},
                                     {33, 398.7},
                                     {-20, -10}}) {
      const double dx = 60.3 * std::cos(degrees * M_PI / 180.0);
      const double dy = 60.3 * std::sin(degrees * M_PI / 180.0);
      const cv::Point2d from(center.x - dx, center.y - dy);
      const cv::Point2d to(center.x + dx, center.y + dy);
      ShapeOfLimb(from.x, from.y, to.x, to.y, shape);
      const cv::Mat expected = Reference(from.x, from.y, to.x, to.y);
      differences += cv::countNonZero(FilledPixels(shape) != expected);
      filled += cv::countNonZero(expected);
    }
  }
  // OpenCV cuts edges before it walks along them, which may move a pixel.
  EXPECT_LE(differences, filled / 10000);
}

TEST(DiscTest, IsOpenCvsCircle) {
  const auto expect_circle = [](absl::Span<const int> half_widths) {
    const int radius = static_cast<int>(half_widths.size()) - 1;
    cv::Mat circle = cv::Mat::zeros(11, 11, CV_8U);
    cv::circle(circle, {5, 5}, radius, 1, cv::FILLED);
    for (int y = 0; y < 11; ++y) {
      const int away = std::abs(y - 5);
      const int width =
          away > radius ? 0 : 2 * half_widths[static_cast<size_t>(away)] + 1;
      EXPECT_EQ(cv::countNonZero(circle.row(y)), width) << radius;
    }
  };
  expect_circle(kDiscOfRadius4);
  expect_circle(kDiscOfRadius3);
}

}  // namespace
}  // namespace animate
