#include "client/exit_code.h"

#include <gtest/gtest.h>

namespace animate {
namespace {

TEST(ExitCodeTest, TellsApartWhatAScriptWouldHandleDifferently) {
  EXPECT_EQ(ExitCodeFor(absl::OkStatus()), ExitCode::kOk);
  EXPECT_EQ(ExitCodeFor(absl::InvalidArgumentError("")), ExitCode::kRefused);
  EXPECT_EQ(ExitCodeFor(absl::NotFoundError("")), ExitCode::kRefused);
  EXPECT_EQ(ExitCodeFor(absl::ResourceExhaustedError("")), ExitCode::kBusy);
  EXPECT_EQ(ExitCodeFor(absl::UnavailableError("")), ExitCode::kUnavailable);
  EXPECT_EQ(ExitCodeFor(absl::InternalError("")), ExitCode::kJobFailed);
  EXPECT_EQ(ExitCodeFor(absl::DataLossError("")), ExitCode::kJobFailed);
  EXPECT_EQ(ExitCodeFor(absl::DeadlineExceededError("")), ExitCode::kTimedOut);
  EXPECT_EQ(ExitCodeFor(absl::CancelledError("")), ExitCode::kCancelled);
}

TEST(ExitCodeTest, NumbersAreTheDocumentedOnes) {
  EXPECT_EQ(static_cast<int>(ExitCode::kUsage), 2);
  EXPECT_EQ(static_cast<int>(ExitCode::kBusy), 4);
  EXPECT_EQ(static_cast<int>(ExitCode::kCancelled), 130);
}

}  // namespace
}  // namespace animate
