#include "engine/media/frame_from_rgb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "tests/support/test_pictures.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

FfmpegPtr<AVFrame> EmptyFrame(int width, int height, AVPixelFormat format) {
  FfmpegPtr<AVFrame> frame(av_frame_alloc());
  frame->width = width;
  frame->height = height;
  frame->format = format;
  EXPECT_EQ(av_frame_get_buffer(frame.get(), 0), 0);
  return frame;
}

// Bytes whose end is the end of what the process may read.
class GuardedBytes {
 public:
  explicit GuardedBytes(absl::Span<const uint8_t> bytes) {
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const size_t readable = (bytes.size() + page - 1) / page * page;
    size_ = readable + page;
    map_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_NE(map_, MAP_FAILED);
    uint8_t* end = static_cast<uint8_t*>(map_) + readable;
    EXPECT_EQ(mprotect(end, page, PROT_NONE), 0);
    bytes_ = absl::MakeConstSpan(end - bytes.size(), bytes.size());
    std::copy(bytes.begin(), bytes.end(), end - bytes.size());
  }
  ~GuardedBytes() { munmap(map_, size_); }
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;

  absl::Span<const uint8_t> bytes() const { return bytes_; }

 private:
  void* map_ = nullptr;
  size_t size_ = 0;
  absl::Span<const uint8_t> bytes_;
};

TEST(FrameFromRgbTest, ReadsNotAByteBeyondThePicture) {
  for (const int width : {2, 6, 16, 48, 62, 96}) {
    const RgbImage picture = MovingPicture(width, 32, 0);
    const GuardedBytes guarded(picture.pixels);
    for (const AVPixelFormat format : {AV_PIX_FMT_YUV420P, AV_PIX_FMT_RGB32}) {
      const FfmpegPtr<AVFrame> frame = EmptyFrame(width, 32, format);
      EXPECT_TRUE(FrameFromRgb(guarded.bytes(), *frame).ok()) << width;
    }
  }
}

TEST(FrameFromRgbTest, WhiteIsTheTopOfStudioRange) {
  const FfmpegPtr<AVFrame> frame = EmptyFrame(16, 16, AV_PIX_FMT_YUV420P);
  const std::string white(16UL * 16 * 3, '\xff');
  ASSERT_TRUE(FrameFromRgb({reinterpret_cast<const uint8_t*>(white.data()),
                            white.size()},
                           *frame)
                  .ok());
  EXPECT_EQ(frame->data[0][0], 235);
  EXPECT_EQ(frame->data[0][frame->linesize[0] * 15 + 15], 235);
  EXPECT_EQ(frame->data[1][0], 128);
  EXPECT_EQ(frame->data[2][0], 128);
}

TEST(FrameFromRgbTest, PicturesOfAnotherSizeAreErrors) {
  const FfmpegPtr<AVFrame> frame = EmptyFrame(16, 16, AV_PIX_FMT_YUV420P);
  EXPECT_THAT(FrameFromRgb(MovingPicture(16, 8, 0).pixels, *frame).message(),
              HasSubstr("a frame of 16x16 has 768 bytes of RGB: got 384"));
}

}  // namespace
}  // namespace animate
