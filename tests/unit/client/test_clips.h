#ifndef ANIMATE_TESTS_UNIT_CLIENT_TEST_CLIPS_H_
#define ANIMATE_TESTS_UNIT_CLIENT_TEST_CLIPS_H_

#include <algorithm>
#include <string>

#include "engine/animation/image.h"
#include "engine/media/image_codec.h"
#include "engine/media/video_encoder.h"

namespace animate {

// A picture of one colour.
inline RgbImage PlainImage(int width, int height, uint8_t shade) {
  RgbImage image(width, height);
  std::fill(image.pixels.begin(), image.pixels.end(), shade);
  return image;
}

inline std::string PlainPng(int width, int height, uint8_t shade) {
  return EncodeImage(PlainImage(width, height, shade)).value();
}

// Writes a clip of frames that get brighter.
inline void WritePlainClip(const std::string& path, int width, int height,
                           int num_frames, double fps) {
  auto encoder = VideoEncoder::Create(
      path, {.width = width, .height = height, .fps = fps});
  for (int i = 0; i < num_frames; ++i) {
    encoder.value()
        ->Add(PlainImage(width, height, static_cast<uint8_t>(i * 20)))
        .IgnoreError();
  }
  encoder.value()->Finish().IgnoreError();
}

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_CLIENT_TEST_CLIPS_H_
