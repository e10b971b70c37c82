#ifndef ANIMATE_ENGINE_ANIMATION_IMAGE_H_
#define ANIMATE_ENGINE_ANIMATION_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace animate {

// An 8-bit RGB picture: rows from the top, tightly packed, 3 bytes per pixel
// in the order red, green, blue. Invariant: pixels.size() == width*height*3.
struct RgbImage {
  RgbImage() = default;
  RgbImage(int image_width, int image_height)
      : width(image_width),
        height(image_height),
        pixels(static_cast<size_t>(image_width) *
               static_cast<size_t>(image_height) * 3) {}

  bool empty() const { return pixels.empty(); }

  // The first byte of the pixel at column x, row y.
  uint8_t* at(int x, int y) { return pixels.data() + Offset(x, y); }
  const uint8_t* at(int x, int y) const { return pixels.data() + Offset(x, y); }

  friend bool operator==(const RgbImage&, const RgbImage&) = default;

  int width = 0;
  int height = 0;
  std::vector<uint8_t> pixels;

 private:
  size_t Offset(int x, int y) const {
    return (static_cast<size_t>(y) * static_cast<size_t>(width) +
            static_cast<size_t>(x)) *
           3;
  }
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_ANIMATION_IMAGE_H_
