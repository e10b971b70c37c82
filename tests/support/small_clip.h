#ifndef ANIMATE_TESTS_SUPPORT_SMALL_CLIP_H_
#define ANIMATE_TESTS_SUPPORT_SMALL_CLIP_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/media/video_encoder.h"
#include "tests/support/test_pictures.h"

namespace animate {

// The bytes of a real MP4 of 48x32 pixels in which something moves.
inline std::string SmallClip(int frames, double fps = 10.0) {
  // Tests run side by side.
  const std::string path =
      TempPath(absl::StrCat("small_clip_", getpid(), ".mp4"));
  auto encoder =
      VideoEncoder::Create(path, {.width = 48, .height = 32, .fps = fps});
  EXPECT_TRUE(encoder.ok()) << encoder.status();
  for (int i = 0; i < frames; ++i) {
    EXPECT_TRUE((*encoder)->Add(MovingPicture(48, 32, i)).ok());
  }
  EXPECT_TRUE((*encoder)->Finish().ok());
  std::string bytes = ReadFile(path);
  std::remove(path.c_str());
  return bytes;
}

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_SMALL_CLIP_H_
