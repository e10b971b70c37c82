#include "server/service/open_streams.h"

#include <gtest/gtest.h>

#include <thread>

namespace animate {
namespace {

TEST(OpenStreamsTest, WithoutStreamsNobodyWaits) {
  OpenStreams streams;
  EXPECT_TRUE(streams.AwaitNone(absl::ZeroDuration()));
}

TEST(OpenStreamsTest, WaitsForTheLastOne) {
  OpenStreams streams;
  streams.Opened();
  streams.Opened();
  streams.Closed();
  EXPECT_FALSE(streams.AwaitNone(absl::ZeroDuration()));
  std::thread last([&] { streams.Closed(); });
  EXPECT_TRUE(streams.AwaitNone(absl::InfiniteDuration()));
  last.join();
}

}  // namespace
}  // namespace animate
