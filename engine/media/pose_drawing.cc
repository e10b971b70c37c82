#include "engine/media/pose_drawing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "engine/raster/pillow_resize.h"

namespace animate {
namespace {

constexpr double kLimbBrightness = 0.6;

struct Color {
  int red = 0;
  int green = 0;
  int blue = 0;

  // OpenCV's colours are positional: the canvas holds RGB.
  cv::Scalar scalar() const { return cv::Scalar(red, green, blue); }

  // As if the picture were dimmed after it was drawn on black: nothing is
  // blended, so that it is the same and costs nothing.
  cv::Scalar dimmed_scalar() const {
    const auto dim = [](int value) {
      return static_cast<int>(value * kLimbBrightness);
    };
    return cv::Scalar(dim(red), dim(green), dim(blue));
  }
};

// Limb i has colour i, joint j has colour j.
constexpr Color kBodyColors[kNumBodyJoints] = {
    {255, 0, 0},   {255, 85, 0},  {255, 170, 0}, {255, 255, 0}, {170, 255, 0},
    {85, 255, 0},  {0, 255, 0},   {0, 255, 85},  {0, 255, 170}, {0, 255, 255},
    {0, 170, 255}, {0, 85, 255},  {0, 0, 255},   {85, 0, 255},  {170, 0, 255},
    {255, 0, 255}, {255, 0, 170}, {255, 0, 85}};

// The order of the ends matters: it turns the ellipse by 180 degrees, and the
// rounding of its corners is not symmetric.
struct Limb {
  BodyJoint from;
  BodyJoint to;
};
constexpr Limb kLimbs[] = {{kNeck, kRightShoulder},
                           {kNeck, kLeftShoulder},
                           {kRightShoulder, kRightElbow},
                           {kRightElbow, kRightWrist},
                           {kLeftShoulder, kLeftElbow},
                           {kLeftElbow, kLeftWrist},
                           {kNeck, kRightHip},
                           {kRightHip, kRightKnee},
                           {kRightKnee, kRightAnkle},
                           {kNeck, kLeftHip},
                           {kLeftHip, kLeftKnee},
                           {kLeftKnee, kLeftAnkle},
                           {kNeck, kNose},
                           {kNose, kRightEye},
                           {kRightEye, kRightEar},
                           {kNose, kLeftEye},
                           {kLeftEye, kLeftEar}};

// hsv(e / 20, 1, 1) as OpenCV rounds it; a table, because the last bit of the
// conversion decides some of the values.
constexpr Color kHandColors[] = {
    {255, 0, 0},   {255, 77, 0},  {255, 153, 0}, {255, 229, 0}, {204, 255, 0},
    {128, 255, 0}, {51, 255, 0},  {0, 255, 25},  {0, 255, 102}, {0, 255, 179},
    {0, 255, 255}, {0, 178, 255}, {0, 102, 255}, {0, 25, 255},  {51, 0, 255},
    {128, 0, 255}, {204, 0, 255}, {255, 0, 230}, {255, 0, 153}, {255, 0, 77}};

constexpr int kLimbHalfWidth = 4;
constexpr int kBodyRadius = 4;
constexpr int kHandRadius = 4;
constexpr int kFaceRadius = 3;
constexpr int kHandThickness = 2;
constexpr double kFarthest = 1e6;  // pixels; integers stay far from overflow

// Draws the parts of one frame. The conversions to int truncate toward zero,
// as Python's int() does.
class PoseCanvas {
 public:
  PoseCanvas(const PoseFrame& pose, RgbImage& image)
      : pose_(pose),
        image_(image),
        canvas_(image.height, image.width, CV_8UC3, image.pixels.data()) {}

  void DrawBodies() {
    for (size_t i = 0; i < std::size(kLimbs); ++i) {
      for (const PersonPose& person : pose_.people) {
        DrawLimb(person.body[kLimbs[i].from], person.body[kLimbs[i].to],
                 kBodyColors[i]);
      }
    }
    for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
      for (const PersonPose& person : pose_.people) {
        if (const auto at = BodyPoint(person.body[joint]); at.has_value()) {
          DrawDisc(cv::Point(static_cast<int>(at->x), static_cast<int>(at->y)),
                   kBodyRadius, kBodyColors[joint]);
        }
      }
    }
  }

  void DrawHands() {
    for (const PersonPose& person : pose_.people) DrawHand(person.left_hand);
    for (const PersonPose& person : pose_.people) DrawHand(person.right_hand);
  }

  void DrawFaces() {
    for (const PersonPose& person : pose_.people) {
      for (const Keypoint& keypoint : person.face) {
        if (const auto at = DetailPoint(keypoint); at.has_value()) {
          DrawDisc(*at, kFaceRadius, {255, 255, 255});
        }
      }
    }
  }

 private:
  // Scales through coordinates in [0, 1], whose rounding is part of the
  // reference's result.
  cv::Point2d Scale(const Keypoint& keypoint) const {
    return cv::Point2d(keypoint.x / pose_.width * image_.width,
                       keypoint.y / pose_.height * image_.height);
  }

  std::optional<cv::Point2d> BodyPoint(const Keypoint& keypoint) const {
    if (!(keypoint.confidence > kMinKeypointConfidence)) return std::nullopt;
    return Within(Scale(keypoint));
  }

  std::optional<cv::Point> DetailPoint(const Keypoint& keypoint) const {
    if (!(keypoint.confidence >= kMinKeypointConfidence)) return std::nullopt;
    const std::optional<cv::Point2d> scaled = Within(Scale(keypoint));
    if (!scaled.has_value()) return std::nullopt;
    const cv::Point point(static_cast<int>(scaled->x),
                          static_cast<int>(scaled->y));
    if (point.x < 1 || point.y < 1) return std::nullopt;
    return point;
  }

  static std::optional<cv::Point2d> Within(cv::Point2d point) {
    const bool within =
        std::abs(point.x) <= kFarthest && std::abs(point.y) <= kFarthest;
    return within ? std::optional(point) : std::nullopt;
  }

  void DrawLimb(const Keypoint& from_keypoint, const Keypoint& to_keypoint,
                const Color& color) {
    const std::optional<cv::Point2d> from = BodyPoint(from_keypoint);
    const std::optional<cv::Point2d> to = BodyPoint(to_keypoint);
    if (!from.has_value() || !to.has_value()) return;
    const double dx = from->x - to->x;
    const double dy = from->y - to->y;
    const double length = std::sqrt(dy * dy + dx * dx);
    const double degrees = std::atan2(dy, dx) * (180.0 / M_PI);
    const cv::Point center(static_cast<int>((from->x + to->x) / 2),
                           static_cast<int>((from->y + to->y) / 2));
    const cv::Size half_axes(static_cast<int>(length / 2), kLimbHalfWidth);
    std::vector<cv::Point> polygon;
    cv::ellipse2Poly(center, half_axes, static_cast<int>(degrees), 0, 360, 1,
                     polygon);
    cv::fillConvexPoly(canvas_, polygon, color.dimmed_scalar());
  }

  void DrawHand(absl::Span<const Keypoint> hand) {
    constexpr size_t kFingers = 5;
    constexpr size_t kBonesPerFinger = 4;
    for (size_t edge = 0; edge < kFingers * kBonesPerFinger; ++edge) {
      // Each finger starts at the wrist, point 0.
      const size_t start = edge % kBonesPerFinger == 0 ? 0 : edge;
      const std::optional<cv::Point> from = DetailPoint(hand[start]);
      const std::optional<cv::Point> to = DetailPoint(hand[edge + 1]);
      if (from.has_value() && to.has_value()) {
        cv::line(canvas_, *from, *to, kHandColors[edge].scalar(),
                 kHandThickness);
      }
    }
    for (const Keypoint& keypoint : hand) {
      if (const auto at = DetailPoint(keypoint); at.has_value()) {
        DrawDisc(*at, kHandRadius, {0, 0, 255});
      }
    }
  }

  void DrawDisc(cv::Point center, int radius, const Color& color) {
    cv::circle(canvas_, center, radius, color.scalar(), cv::FILLED);
  }

  const PoseFrame& pose_;
  RgbImage& image_;
  cv::Mat canvas_;  // shares the pixels of image_
};

}  // namespace

RgbImage DrawPose(const PoseFrame& pose, int width, int height,
                  const PoseDrawingOptions& options) {
  RgbImage image(width, height);
  PoseCanvas canvas(pose, image);
  if (options.body) canvas.DrawBodies();
  if (options.hands) canvas.DrawHands();
  if (options.face) canvas.DrawFaces();
  return image;
}

CanvasSize PoseCanvasSize(int width, int height) {
  constexpr double kShortSide = 512.0;
  constexpr double kMultiple = 64.0;
  const double scale = kShortSide / std::min(width, height);
  const auto round = [&](int side) {
    return static_cast<int>(std::nearbyint(side * scale / kMultiple) *
                            kMultiple);
  };
  return {.width = round(width), .height = round(height)};
}

RgbImage RenderPose(const PoseFrame& pose, int width, int height,
                    const PoseDrawingOptions& options) {
  const CanvasSize canvas = PoseCanvasSize(width, height);
  return PillowResize(DrawPose(pose, canvas.width, canvas.height, options),
                      width, height, ResampleFilter::kLanczos);
}

}  // namespace animate
