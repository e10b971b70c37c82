#ifndef ANIMATE_TESTS_UNIT_ENGINE_DATASET_SMALL_VIDEOS_H_
#define ANIMATE_TESTS_UNIT_ENGINE_DATASET_SMALL_VIDEOS_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include "engine/animation/image.h"
#include "engine/media/video_encoder.h"

namespace animate {

// Writes an MP4 of `frames` pictures, with the folders it needs.
inline void WriteVideo(const std::string& path, int width, int height,
                       int frames,
                       const std::function<RgbImage(int)>& picture) {
  std::filesystem::create_directories(
      std::filesystem::path(path).parent_path());
  auto encoder =
      VideoEncoder::Create(path, {.width = width, .height = height, .crf = 8});
  ASSERT_TRUE(encoder.ok()) << encoder.status();
  for (int i = 0; i < frames; ++i) {
    ASSERT_TRUE((*encoder)->Add(picture(i)).ok());
  }
  ASSERT_TRUE((*encoder)->Finish().ok());
}

// Frame i is as bright as i says; LevelToFrame reads it back.
inline RgbImage LevelPicture(int width, int height, int frame) {
  RgbImage image(width, height);
  for (uint8_t& value : image.pixels)
    value = static_cast<uint8_t>(20 + 4 * frame);
  return image;
}
inline int LevelToFrame(const RgbImage& image) {
  const int middle = image.at(image.width / 2, image.height / 2)[1];
  return (middle - 20 + 2) / 4;
}
inline void WriteLevels(const std::string& path, int width, int height,
                        int frames) {
  WriteVideo(path, width, height, frames,
             [&](int i) { return LevelPicture(width, height, i); });
}

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_ENGINE_DATASET_SMALL_VIDEOS_H_
