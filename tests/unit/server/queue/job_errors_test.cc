#include "server/queue/job_errors.h"

#include <gtest/gtest.h>

#include "engine/base/error.h"

namespace animate {
namespace {

TEST(JobErrorsTest, CancelReasonsOfTheServerAreKept) {
  for (const char* reason :
       {"DISCONNECTED", "DEADLINE", "SLOW_CONSUMER", "DRAINING"}) {
    const absl::Status status = JobCancelledError(reason);
    EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
    EXPECT_EQ(GetErrorReason(status), reason);
  }
}

TEST(JobErrorsTest, WhatAClientGivesAsAReasonIsOnlyText) {
  const absl::Status status = JobCancelledError("CHANGED_MY_MIND");
  EXPECT_EQ(GetErrorReason(status), "CANCELLED");
  EXPECT_EQ(status.message(), "the job was cancelled: CHANGED_MY_MIND");
}

TEST(JobErrorsTest, RetryAfterIsNeitherHastyNorHopeless) {
  const auto retry = [](absl::Duration predicted) {
    return GetErrorDetails(QueueFullError(8, predicted))->retry_after;
  };
  EXPECT_EQ(retry(absl::ZeroDuration()), absl::Seconds(1));
  EXPECT_EQ(retry(absl::Seconds(42)), absl::Seconds(42));
  EXPECT_EQ(retry(absl::InfiniteDuration()), absl::Minutes(5));
}

TEST(JobErrorsTest, AJobThatCanNeverFitIsNotToldToRetry) {
  EXPECT_TRUE(GetErrorDetails(SpoolFullError(100, 50, 100, absl::Seconds(1)))
                  ->retry_after.has_value());
  EXPECT_FALSE(GetErrorDetails(SpoolFullError(101, 0, 100, absl::Seconds(1)))
                   ->retry_after.has_value());
}

TEST(JobErrorsTest, AFullDiskIsWorthRetryingAndABrokenOneIsNot) {
  const absl::Status full =
      NotStoredError(MakeError(absl::StatusCode::kResourceExhausted,
                               "no space left", {.reason = "SPOOL_FULL"}),
                     absl::Seconds(7));
  EXPECT_EQ(full.message(), "no space left");
  EXPECT_EQ(GetErrorDetails(full)->retry_after, absl::Seconds(7));
  const absl::Status broken =
      NotStoredError(MakeError(absl::StatusCode::kUnavailable, "broken",
                               {.reason = "STORE_FAILED"}),
                     absl::Seconds(7));
  EXPECT_FALSE(GetErrorDetails(broken)->retry_after.has_value());
  EXPECT_EQ(GetErrorReason(NotStoredError(absl::InternalError("x"), {})),
            "INTERNAL");
}

TEST(JobErrorsTest, EveryErrorGetsAReason) {
  EXPECT_EQ(GetErrorReason(WithReason(absl::InternalError("x"))), "INTERNAL");
  EXPECT_EQ(GetErrorReason(WithReason(QueueTimeoutError())), "QUEUE_TIMEOUT");
  EXPECT_TRUE(WithReason(absl::OkStatus()).ok());
}

TEST(EndStateTest, FollowsTheStatusCode) {
  const auto state = [](const absl::Status& status) {
    return EndState(JobState::kRunning, status, absl::OkStatus());
  };
  EXPECT_EQ(state(absl::OkStatus()), JobState::kSucceeded);
  EXPECT_EQ(state(absl::CancelledError("")), JobState::kCancelled);
  EXPECT_EQ(state(absl::DeadlineExceededError("")), JobState::kExpired);
  EXPECT_EQ(state(absl::InternalError("")), JobState::kFailed);
}

TEST(EndStateTest, AJobStoppedByADrainIsCancelled) {
  const absl::Status why = DrainingError("bye");
  EXPECT_EQ(EndState(JobState::kCancelling, why, why), JobState::kCancelled);
  EXPECT_EQ(EndState(JobState::kCancelling, absl::InternalError("x"), why),
            JobState::kFailed);
}

}  // namespace
}  // namespace animate
