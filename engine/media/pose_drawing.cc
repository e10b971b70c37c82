#include "engine/media/pose_drawing.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "engine/media/pose_drawing_shapes.h"
#include "engine/media/pose_drawing_style.h"
#include "engine/raster/pillow_resize.h"

namespace animate {
namespace {

constexpr double kFarthest = 1e6;  // pixels; integers stay far from overflow

// OpenCV's colours are positional: the canvas holds RGB.
cv::Scalar ScalarOf(const DrawingColor& color) {
  return cv::Scalar(color.red, color.green, color.blue);
}

// `color` as dark as `alpha` in [0, 1] says, truncated as the tools do that
// draw so.
DrawingColor Darkened(const DrawingColor& color, double alpha) {
  const auto darken = [&](uint8_t value) {
    return static_cast<uint8_t>(value * alpha);
  };
  return {darken(color.red), darken(color.green), darken(color.blue)};
}

// Draws the parts of one frame. The conversions to int truncate toward zero,
// as Python's int() does.
class PoseCanvas {
 public:
  PoseCanvas(const PoseFrame& pose, const PoseDrawingOptions& options,
             RgbImage& image)
      : pose_(pose),
        options_(options),
        image_(image),
        canvas_(image.height, image.width, CV_8UC3, image.pixels.data()) {}

  void DrawBodies() {
    for (size_t i = 0; i < kNumDrawnLimbs; ++i) {
      for (const PersonPose& person : pose_.people) {
        DrawLimb(person.body[kDrawnLimbs[i].from],
                 person.body[kDrawnLimbs[i].to], kBodyColors[i]);
      }
    }
    if (options_.feet) DrawFeet();
    for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
      for (const PersonPose& person : pose_.people) {
        DrawJoint(person.body[joint], kBodyColors[joint]);
      }
    }
    if (options_.feet) DrawToes();
  }

  void DrawHands() {
    for (const PersonPose& person : pose_.people) DrawHand(person.left_hand);
    for (const PersonPose& person : pose_.people) DrawHand(person.right_hand);
  }

  void DrawFaces() {
    for (const PersonPose& person : pose_.people) {
      for (const Keypoint& keypoint : person.face) {
        if (const auto at = DetailPoint(keypoint); at.has_value()) {
          DrawDisc(*at, kDiscOfRadius3,
                   Darkened(kFaceColor, Alpha(keypoint.confidence)));
        }
      }
    }
  }

 private:
  void DrawFeet() {
    for (const auto& [ankle, big_toe, color] : kDrawnFeet) {
      for (const PersonPose& person : pose_.people) {
        DrawLimb(person.body[ankle], person.feet[big_toe], color);
      }
    }
  }

  void DrawToes() {
    for (const auto& [ankle, big_toe, color] : kDrawnFeet) {
      for (const PersonPose& person : pose_.people) {
        DrawJoint(person.feet[big_toe], color);
      }
    }
  }

  // How bright something of this confidence is.
  double Alpha(double confidence) const {
    return options_.confidence_alpha ? std::clamp(confidence, 0.0, 1.0) : 1.0;
  }

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

  void DrawJoint(const Keypoint& keypoint, const DrawingColor& color) {
    if (const auto at = BodyPoint(keypoint); at.has_value()) {
      DrawDisc(cv::Point(static_cast<int>(at->x), static_cast<int>(at->y)),
               kDiscOfRadius4, Darkened(color, Alpha(keypoint.confidence)));
    }
  }

  void DrawLimb(const Keypoint& from_keypoint, const Keypoint& to_keypoint,
                const DrawingColor& color) {
    const std::optional<cv::Point2d> from = BodyPoint(from_keypoint);
    const std::optional<cv::Point2d> to = BodyPoint(to_keypoint);
    if (!from.has_value() || !to.has_value()) return;
    // Dimmed at once, not with the whole picture as in the reference: nothing
    // is blended, so that it is the same and costs nothing.
    const double alpha =
        Alpha(from_keypoint.confidence) * Alpha(to_keypoint.confidence);
    ShapeOfLimb(from->x, from->y, to->x, to->y, shape_);
    FillShape(DimmedLimb(Darkened(color, alpha)));
  }

  // What is left and right of the picture is cut off; so is what is above and
  // below.
  void FillShape(const DrawingColor& color) {
    const int begin = std::max(0, -shape_.top);
    const int end = std::min(static_cast<int>(shape_.rows.size()),
                             image_.height - shape_.top);
    for (int i = begin; i < end; ++i) {
      const RowSpan& row = shape_.rows[static_cast<size_t>(i)];
      FillRow(shape_.top + i, row.left, row.right, color);
    }
  }

  // REQUIRES: row y is in the picture.
  void FillRow(int y, int left, int right, const DrawingColor& color) {
    left = std::max(left, 0);
    right = std::min(right, image_.width - 1);
    if (left > right) return;
    uint8_t* pixel = image_.at(left, y);
    for (int x = left; x <= right; ++x, pixel += 3) {
      pixel[0] = color.red;
      pixel[1] = color.green;
      pixel[2] = color.blue;
    }
  }

  void DrawHand(absl::Span<const Keypoint> hand) {
    for (size_t bone = 0; bone < kNumHandBones; ++bone) {
      const Keypoint& start = hand[HandBoneStart(bone)];
      const Keypoint& end = hand[HandBoneEnd(bone)];
      const std::optional<cv::Point> from = DetailPoint(start);
      const std::optional<cv::Point> to = DetailPoint(end);
      if (from.has_value() && to.has_value()) {
        const double alpha = Alpha(start.confidence) * Alpha(end.confidence);
        cv::line(canvas_, *from, *to,
                 ScalarOf(Darkened(kHandColors[bone], alpha)), kHandThickness);
      }
    }
    for (const Keypoint& keypoint : hand) {
      if (const auto at = DetailPoint(keypoint); at.has_value()) {
        DrawDisc(*at, kDiscOfRadius4,
                 Darkened(kHandDotColor, Alpha(keypoint.confidence)));
      }
    }
  }

  void DrawDisc(cv::Point center, absl::Span<const int> half_widths,
                const DrawingColor& color) {
    const int radius = static_cast<int>(half_widths.size()) - 1;
    const int begin = std::max(center.y - radius, 0);
    const int end = std::min(center.y + radius, image_.height - 1);
    for (int y = begin; y <= end; ++y) {
      const int half = half_widths[static_cast<size_t>(std::abs(y - center.y))];
      FillRow(y, center.x - half, center.x + half, color);
    }
  }

  const PoseFrame& pose_;
  const PoseDrawingOptions& options_;
  RgbImage& image_;
  cv::Mat canvas_;     // shares the pixels of image_
  FilledShape shape_;  // of the limb being drawn
};

}  // namespace

RgbImage DrawPose(const PoseFrame& pose, int width, int height,
                  const PoseDrawingOptions& options) {
  RgbImage image(width, height);
  PoseCanvas canvas(pose, options, image);
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
  if (canvas == CanvasSize{width, height}) {
    return DrawPose(pose, width, height, options);
  }
  return PillowResizeMostlyBlack(
      DrawPose(pose, canvas.width, canvas.height, options), width, height,
      ResampleFilter::kLanczos);
}

}  // namespace animate
