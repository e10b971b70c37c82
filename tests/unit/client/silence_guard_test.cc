#include "client/silence_guard.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"

namespace animate {
namespace {

TEST(SilenceGuardTest, EndsAWaitThatTakesTooLong) {
  grpc::ClientContext context;
  SilenceGuard guard(context, absl::Milliseconds(20));
  const SilenceGuard::Wait wait(guard);
  while (!guard.fired()) absl::SleepFor(absl::Milliseconds(1));
}

TEST(SilenceGuardTest, ThinkingIsNotWaiting) {
  grpc::ClientContext context;
  SilenceGuard guard(context, absl::Milliseconds(20));
  { const SilenceGuard::Wait wait(guard); }
  absl::SleepFor(absl::Milliseconds(100));
  EXPECT_FALSE(guard.fired());
}

TEST(SilenceGuardTest, GoesWithoutWaitingForItsTime) {
  grpc::ClientContext context;
  SilenceGuard day(context, absl::Hours(24));
  const SilenceGuard::Wait wait(day);
  EXPECT_FALSE(day.fired());
}

TEST(SilenceGuardTest, WithoutLimitWaitsForEver) {
  grpc::ClientContext context;
  SilenceGuard guard(context, absl::InfiniteDuration());
  const SilenceGuard::Wait wait(guard);
  EXPECT_FALSE(guard.fired());
}

}  // namespace
}  // namespace animate
