#include "tests/unit/engine/training/vae_testing.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"

namespace animate {
namespace {

constexpr int kWidth = 32;
constexpr int kHeight = 48;
constexpr int kBoxes = 3;

void FillBox(RgbImage& picture, int x0, int y0, int x1, int y1,
             uint32_t color) {
  for (int y = y0; y < std::min(y1, picture.height); ++y) {
    for (int x = x0; x < std::min(x1, picture.width); ++x) {
      uint8_t* pixel = picture.at(x, y);
      for (int c = 0; c < 3; ++c) {
        pixel[c] = static_cast<uint8_t>(color >> (8 * c));
      }
    }
  }
}

}  // namespace

RgbImage BoxPicture(int width, int height, uint64_t seed) {
  std::mt19937 random(static_cast<uint32_t>(seed));
  const auto below = [&random](int count) {
    return static_cast<int>(random() % static_cast<uint32_t>(count));
  };
  const auto color = [&random] { return static_cast<uint32_t>(random()); };
  RgbImage picture(width, height);
  FillBox(picture, 0, 0, width, height, color());
  for (int i = 0; i < kBoxes; ++i) {
    const int x = below(width / 2);
    const int y = below(height / 2);
    const int right = x + width / 4 + below(width / 4);
    const int bottom = y + height / 4 + below(height / 4);
    FillBox(picture, x, y, right, bottom, color());
  }
  return picture;
}

TrainingClip BoxClip(uint64_t seed, int frames) {
  TrainingClip clip{.index = static_cast<int64_t>(seed),
                    .seed = seed,
                    .source = absl::StrCat("boxes ", seed)};
  clip.reference = BoxPicture(kWidth, kHeight, 1000 * seed);
  for (int i = 0; i < frames; ++i) {
    clip.frames.push_back(BoxPicture(
        kWidth, kHeight, 1000 * seed + static_cast<uint64_t>(i) + 1));
  }
  return clip;
}

VaeConfig TinyVae() {
  return {.latent_channels = 4,
          .block_out_channels = {8, 8, 16},
          .layers_per_block = 1,
          .norm_num_groups = 1};
}

VaeTaskOptions TinyVaeOptions() {
  VaeTaskOptions options;
  options.config = TinyVae();
  options.crop_width = 0;
  options.crop_height = 0;
  options.crops_per_clip = 2;
  return options;
}

}  // namespace animate
