#include "engine/base/cancellation.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "engine/base/error.h"
#include "tests/support/fake_clock.h"

namespace animate {
namespace {

TEST(CancellationTokenTest, IsOkUntilCancelled) {
  CancellationToken token;
  EXPECT_TRUE(token.Check().ok());
  EXPECT_FALSE(token.cancelled());
  EXPECT_EQ(token.deadline(), absl::InfiniteDuration());
  EXPECT_EQ(token.cancel_time(), absl::InfiniteDuration());
}

TEST(CancellationTokenTest, TheFirstReasonWins) {
  CancellationToken token;
  EXPECT_TRUE(token.Cancel(absl::CancelledError("client left")));
  EXPECT_FALSE(token.Cancel(absl::UnavailableError("shutting down")));
  EXPECT_EQ(token.Check(), absl::CancelledError("client left"));
  EXPECT_TRUE(token.cancelled());
}

TEST(CancellationTokenTest, CancellingWithOkIsStillAnError) {
  CancellationToken token;
  token.Cancel(absl::OkStatus());
  EXPECT_EQ(token.Check().code(), absl::StatusCode::kCancelled);
}

TEST(CancellationTokenTest, StopsAtTheDeadline) {
  FakeClock clock;
  CancellationToken token(clock);
  token.SetDeadline(clock.Monotonic() + absl::Seconds(2));
  clock.Advance(absl::Seconds(2) - absl::Nanoseconds(1));
  EXPECT_TRUE(token.Check().ok());
  clock.Advance(absl::Nanoseconds(1));
  EXPECT_EQ(token.Check().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(GetErrorReason(token.Check()), "DEADLINE");
  EXPECT_FALSE(token.cancelled());
}

TEST(CancellationTokenTest, CancellationComesBeforeTheDeadline) {
  FakeClock clock;
  CancellationToken token(clock);
  token.SetDeadline(clock.Monotonic());
  token.Cancel(absl::CancelledError("stop"));
  EXPECT_EQ(token.Check().code(), absl::StatusCode::kCancelled);
}

TEST(CancellationTokenTest, RemembersWhenItWasCancelled) {
  FakeClock clock;
  CancellationToken token(clock);
  clock.Advance(absl::Seconds(5));
  const absl::Duration then = clock.Monotonic();
  token.Cancel(absl::CancelledError("stop"));
  clock.Advance(absl::Seconds(5));
  token.Cancel(absl::CancelledError("again"));
  EXPECT_EQ(token.cancel_time(), then);
}

TEST(CancellationTokenTest, OneOfManyThreadsIsFirst) {
  CancellationToken token;
  std::atomic<int> first{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      if (token.Cancel(absl::CancelledError("stop"))) ++first;
      EXPECT_FALSE(token.Check().ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(first, 1);
}

}  // namespace
}  // namespace animate
