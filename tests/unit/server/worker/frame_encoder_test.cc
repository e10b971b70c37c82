#include "server/worker/frame_encoder.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "engine/base/crc32c.h"
#include "engine/base/mutex.h"
#include "engine/media/image_codec.h"

namespace animate {
namespace {

RgbImage Picture(uint8_t shade) {
  RgbImage image(8, 8);
  for (uint8_t& byte : image.pixels) byte = shade;
  return image;
}

TEST(FrameEncoderTest, EncodesInOrderWithAChecksum) {
  std::vector<EncodedFrame> frames;
  FrameEncoder encoder(
      {.format = OutputFormat::kPng, .ring_frames = 2}, Clock::Real(),
      [&](EncodedFrame frame) { frames.push_back(std::move(frame)); });
  for (uint8_t i = 0; i < 10; ++i) encoder.Push(i, Picture(i));
  ASSERT_TRUE(encoder.Finish().ok());
  ASSERT_EQ(frames.size(), 10u);
  for (uint8_t i = 0; i < 10; ++i) {
    EXPECT_EQ(frames[i].index, i);
    EXPECT_EQ(frames[i].width, 8);
    EXPECT_EQ(frames[i].crc32c, Crc32c(*frames[i].data));
    EXPECT_EQ(*DecodeImage(*frames[i].data), Picture(i));
  }
  EXPECT_GT(encoder.busy(), absl::ZeroDuration());
}

TEST(FrameEncoderTest, EveryFormatIsWhatItSays) {
  const std::vector<std::pair<OutputFormat, std::string>> magic = {
      {OutputFormat::kJpeg, "\xff\xd8\xff"},
      {OutputFormat::kPng, "\x89PNG"},
      {OutputFormat::kWebp, "RIFF"}};
  for (const auto& [format, prefix] : magic) {
    std::string data;
    FrameEncoder encoder({.format = format}, Clock::Real(),
                         [&](EncodedFrame frame) { data = *frame.data; });
    encoder.Push(0, Picture(7));
    ASSERT_TRUE(encoder.Finish().ok());
    EXPECT_EQ(data.substr(0, prefix.size()), prefix);
  }
}

TEST(FrameEncoderTest, RawFramesAreTheirPixels) {
  std::string data;
  FrameEncoder encoder({.format = OutputFormat::kRawRgb8}, Clock::Real(),
                       [&](EncodedFrame frame) { data = *frame.data; });
  encoder.Push(0, Picture(7));
  ASSERT_TRUE(encoder.Finish().ok());
  EXPECT_EQ(data, std::string(8 * 8 * 3, '\7'));
}

TEST(FrameEncoderTest, ReportsWhatCannotBeEncodedAndDropsTheRest) {
  int encoded = 0;
  FrameEncoder encoder({.format = OutputFormat::kPng, .ring_frames = 1},
                       Clock::Real(), [&](const EncodedFrame&) { ++encoded; });
  encoder.Push(0, RgbImage());
  for (int i = 1; i < 10; ++i) encoder.Push(i, Picture(1));
  EXPECT_FALSE(encoder.Finish().ok());
  EXPECT_LT(encoded, 9);
}

TEST(FrameEncoderTest, PushWaitsForRoomInTheRing) {
  Mutex mutex;
  CondVar changed;
  bool open = false;
  std::atomic<int> pushed = 0;
  FrameEncoder encoder({.format = OutputFormat::kRawRgb8, .ring_frames = 2},
                       Clock::Real(), [&](const EncodedFrame&) {
                         MutexLock lock(mutex);
                         while (!open) changed.Wait(mutex);
                       });
  std::thread device([&] {
    for (int i = 0; i < 10; ++i) {
      encoder.Push(i, Picture(0));
      ++pushed;
    }
  });
  // One with the sink, two in the ring; the fourth has to wait.
  while (pushed < 3) std::this_thread::yield();
  EXPECT_EQ(pushed, 3);
  {
    MutexLock lock(mutex);
    open = true;
    changed.SignalAll();
  }
  device.join();
  EXPECT_TRUE(encoder.Finish().ok());
  EXPECT_EQ(pushed, 10);
}

TEST(FrameEncoderTest, DestructionDropsWhatIsNotYetEncoded) {
  for (int round = 0; round < 20; ++round) {
    FrameEncoder encoder({.format = OutputFormat::kRawRgb8}, Clock::Real(),
                         [](const EncodedFrame&) {});
    for (int i = 0; i < round % 8; ++i) encoder.Push(i, Picture(0));
  }
}

}  // namespace
}  // namespace animate
