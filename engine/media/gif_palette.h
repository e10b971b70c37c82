#ifndef ANIMATE_ENGINE_MEDIA_GIF_PALETTE_H_
#define ANIMATE_ENGINE_MEDIA_GIF_PALETTE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "engine/animation/image.h"

namespace animate {

// Up to 256 colours that stand for all colours of a clip, and the mapping of
// pictures to them. One palette for the whole clip, so that areas that do not
// change do not flicker. Immutable once made; thread-safe.
class GifPalette {
 public:
  using Color = std::array<uint8_t, 3>;  // red, green, blue

  // Chooses the colours: the box of RGB space with the largest squared error is
  // split at its mean until there are 256 (Wu 1991 in spirit). Colours are
  // told apart by their upper 5 bits.
  explicit GifPalette(absl::Span<const RgbImage> frames);

  const std::vector<Color>& colors() const { return colors_; }

  // Returns one palette index per pixel, row by row. An 8x8 ordered dither
  // hides the steps of gradients; unlike error diffusion it stands still in
  // time.
  std::vector<uint8_t> Map(const RgbImage& image) const;

 private:
  std::vector<Color> colors_;
  std::vector<uint8_t> nearest_;  // palette index per 15-bit colour
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_GIF_PALETTE_H_
