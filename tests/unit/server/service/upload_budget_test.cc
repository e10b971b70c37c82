#include "server/service/upload_budget.h"

#include <gtest/gtest.h>

#include <utility>

#include "engine/base/error.h"

namespace animate {
namespace {

TEST(UploadBudgetTest, RefusesWhatDoesNotFitAndSaysWhenToRetry) {
  UploadBudget budget(100);
  const auto first = budget.Reserve(60);
  ASSERT_TRUE(first.ok());
  const auto second = budget.Reserve(41);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetErrorReason(second.status()), "SPOOL_FULL");
  EXPECT_TRUE(GetErrorDetails(second.status())->retry_after.has_value());
  EXPECT_TRUE(budget.Reserve(40).ok());
}

TEST(UploadBudgetTest, GivesBackOnceHoweverTheReservationEnds) {
  UploadBudget budget(100);
  {
    auto reservation = budget.Reserve(60);
    ASSERT_TRUE(reservation.ok());
    UploadBudget::Reservation moved = *std::move(reservation);
    EXPECT_EQ(budget.reserved(), 60);
    moved.Release();
    EXPECT_EQ(budget.reserved(), 0);
  }
  EXPECT_EQ(budget.reserved(), 0);
  {
    UploadBudget::Reservation slot;
    slot = *budget.Reserve(10);
    slot = *budget.Reserve(20);  // gives the first one back
    EXPECT_EQ(budget.reserved(), 20);
  }
  EXPECT_EQ(budget.reserved(), 0);
}

}  // namespace
}  // namespace animate
