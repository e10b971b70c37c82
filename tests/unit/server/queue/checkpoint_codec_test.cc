#include "server/queue/checkpoint_codec.h"

#include <random>
#include <string>

#include "engine/base/error.h"
#include "gtest/gtest.h"

namespace animate {
namespace {

CheckpointData SomeCheckpoint() {
  CheckpointData data;
  data.animation.step = 7;
  data.animation.windows_per_batch = 3;
  data.animation.shape = {1, 2, 3, 1, 2};
  for (int i = 0; i < 12; ++i) {
    data.animation.latents.push_back(1.0f / static_cast<float>(i + 1));
  }
  data.device_time = absl::Milliseconds(1234);
  return data;
}

void ExpectUnreadable(const std::string& bytes, const std::string& what) {
  const absl::Status status = DecodeCheckpoint(bytes).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << what;
  EXPECT_EQ(GetErrorReason(status), "STORE_CORRUPT") << what;
}

TEST(CheckpointCodecTest, ComesBackToTheBit) {
  const CheckpointData data = SomeCheckpoint();
  const auto back = DecodeCheckpoint(EncodeCheckpoint(data));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->animation.step, 7);
  EXPECT_EQ(back->animation.windows_per_batch, 3);
  EXPECT_EQ(back->animation.shape, data.animation.shape);
  EXPECT_EQ(back->animation.latents, data.animation.latents);
  EXPECT_EQ(back->device_time, data.device_time);
}

TEST(CheckpointCodecTest, SaysHowLargeItIs) {
  EXPECT_GE(CheckpointBytes(12),
            static_cast<int64_t>(EncodeCheckpoint(SomeCheckpoint()).size()));
}

TEST(CheckpointCodecTest, RefusesEveryPrefixAndWhatIsTooLong) {
  const std::string bytes = EncodeCheckpoint(SomeCheckpoint());
  for (size_t size = 0; size < bytes.size(); ++size) {
    ExpectUnreadable(bytes.substr(0, size), std::to_string(size) + " bytes");
  }
  ExpectUnreadable(bytes + "x", "one byte more");
}

TEST(CheckpointCodecTest, RefusesOtherVersions) {
  std::string bytes = EncodeCheckpoint(SomeCheckpoint());
  bytes[0] = 2;
  ExpectUnreadable(bytes, "version 2");
}

// Eight fields of eight bytes: version, step, windows, seconds, nanoseconds,
// then the sizes.
TEST(CheckpointCodecTest, RefusesSizesThatAreNotThere) {
  const std::string good = EncodeCheckpoint(SomeCheckpoint());
  for (size_t axis = 0; axis < 5; ++axis) {
    const size_t at = (5 + axis) * 8;
    for (const char byte : {'\0', '\7', '\377'}) {
      for (const size_t place : {0, 2, 7}) {
        std::string bytes = good;
        bytes[at + place] = byte;
        if (bytes == good) continue;
        ExpectUnreadable(bytes, "axis " + std::to_string(axis));
      }
    }
  }
}

TEST(CheckpointCodecTest, DamageIsAnErrorOrAnotherCheckpointNeverACrash) {
  const std::string good = EncodeCheckpoint(SomeCheckpoint());
  std::mt19937 dice(5);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = good;
    for (int flips = 0; flips < 3; ++flips) {
      bytes[dice() % bytes.size()] = static_cast<char>(dice());
    }
    const auto back = DecodeCheckpoint(bytes);
    if (!back.ok()) continue;
    EXPECT_LE(back->animation.latents.size() * sizeof(float), bytes.size());
  }
}

}  // namespace
}  // namespace animate
