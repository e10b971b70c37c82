#ifndef ANIMATE_ENGINE_SYNTH_CANVAS_H_
#define ANIMATE_ENGINE_SYNTH_CANVAS_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/animation/image.h"
#include "engine/synth/color.h"

namespace animate {

// A place on a canvas, pixels; the middle of the first pixel is (0.5, 0.5).
struct Spot {
  float x = 0.0F;
  float y = 0.0F;
};
inline Spot operator+(Spot a, Spot b) { return {a.x + b.x, a.y + b.y}; }
inline Spot operator-(Spot a, Spot b) { return {a.x - b.x, a.y - b.y}; }
inline Spot operator*(float f, Spot a) { return {f * a.x, f * a.y}; }
inline float Dot(Spot a, Spot b) { return a.x * b.x + a.y * b.y; }
inline float Cross(Spot a, Spot b) { return a.x * b.y - a.y * b.x; }
inline float Norm(Spot a) { return std::sqrt(Dot(a, a)); }

// 0 below `from`, 1 above `to`, smooth between.
inline float SmoothStep(float from, float to, float x) {
  const float u = std::clamp((x - from) / (to - from), 0.0F, 1.0F);
  return u * u * (3.0F - 2.0F * u);
}

// How much of a pixel is inside an edge `distance` pixels away, + is outside.
inline float Coverage(float distance) {
  return std::clamp(0.5F - distance, 0.0F, 1.0F);
}

// A rectangle that grows around what it includes.
struct PixelBox {
  float left = 1e9F;
  float top = 1e9F;
  float right = -1e9F;
  float bottom = -1e9F;

  void Include(Spot center, float radius) {
    left = std::min(left, center.x - radius);
    top = std::min(top, center.y - radius);
    right = std::max(right, center.x + radius);
    bottom = std::max(bottom, center.y + radius);
  }
  PixelBox Grown(float by) const {
    return {left - by, top - by, right + by, bottom + by};
  }
};

// What a shape does to a pixel.
struct Paint {
  Color color;
  float alpha = 0.0F;
};

// A picture being painted, back to front.
class Canvas {
 public:
  explicit Canvas(const RgbImage& background)
      : image_(background),
        parts_(static_cast<size_t>(background.width) *
               static_cast<size_t>(background.height)) {}

  // Calls `paint(Spot)` -> Paint for each pixel of `box` that is on the canvas
  // and blends what it returns. Pixels mostly covered become `part`.
  template <typename PaintAt>
  void Fill(const PixelBox& box, uint8_t part, PaintAt paint) {
    Blend(box, paint, [&](size_t pixel) { parts_[pixel] = part; });
  }

  // The same without changing what the pixels show.
  template <typename PaintAt>
  void Tint(const PixelBox& box, PaintAt paint) {
    Blend(box, paint, [](size_t) {});
  }

  int width() const { return image_.width; }
  int height() const { return image_.height; }
  RgbImage TakeImage() { return std::move(image_); }
  std::vector<uint8_t> TakeParts() { return std::move(parts_); }

 private:
  template <typename PaintAt, typename Mark>
  void Blend(const PixelBox& box, PaintAt& paint, Mark mark) {
    const int left = Clamp(box.left, image_.width);
    const int right = Clamp(box.right + 1.0F, image_.width);
    const int top = Clamp(box.top, image_.height);
    const int bottom = Clamp(box.bottom + 1.0F, image_.height);
    for (int y = top; y < bottom; ++y) {
      uint8_t* pixel = image_.at(0, y) + 3 * left;
      size_t index =
          static_cast<size_t>(y) * static_cast<size_t>(image_.width) +
          static_cast<size_t>(left);
      for (int x = left; x < right; ++x, pixel += 3, ++index) {
        const Paint p = paint(
            Spot{static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F});
        if (p.alpha <= 0.004F) continue;
        pixel[0] = BlendChannel(pixel[0], p.color.r, p.alpha);
        pixel[1] = BlendChannel(pixel[1], p.color.g, p.alpha);
        pixel[2] = BlendChannel(pixel[2], p.color.b, p.alpha);
        if (p.alpha >= 0.5F) mark(index);
      }
    }
  }

  static int Clamp(float v, int limit) {
    return static_cast<int>(
        std::clamp(std::floor(v), 0.0F, static_cast<float>(limit)));
  }
  static uint8_t BlendChannel(uint8_t below, float above, float alpha) {
    const float b = below;
    const float v = b + alpha * (above - b) + 0.5F;
    return static_cast<uint8_t>(std::clamp(v, 0.0F, 255.0F));
  }

  RgbImage image_;
  std::vector<uint8_t> parts_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_CANVAS_H_
