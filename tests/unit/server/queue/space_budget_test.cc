#include "server/queue/space_budget.h"

#include <gtest/gtest.h>

#include "tests/support/job_specs.h"

namespace animate {
namespace {

TEST(SpaceBudgetTest, PromisesUpToItsCapacityAndNoFurther) {
  SpaceBudget budget(100);
  const auto first = budget.TryReserve(60, 0);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(budget.TryReserve(41, 0), nullptr);
  EXPECT_EQ(budget.TryReserve(40, 1), nullptr) << "what is stored counts";
  EXPECT_NE(budget.TryReserve(40, 0), nullptr);
}

TEST(SpaceBudgetTest, WhatIsStoredIsPromisedNoMore) {
  SpaceBudget budget(100);
  auto reservation = budget.TryReserve(60, 0);
  reservation->Stored(10);
  EXPECT_EQ(budget.promised(), 50);
  reservation->Stored(70);  // more than was promised
  EXPECT_EQ(budget.promised(), 0);
  reservation.reset();
  EXPECT_EQ(budget.promised(), 0);
}

TEST(SpaceBudgetTest, AReservationGivesBackWhatWasNotStored) {
  SpaceBudget budget(100);
  auto reservation = budget.TryReserve(60, 0);
  reservation->Stored(10);
  reservation.reset();
  EXPECT_EQ(budget.promised(), 0);
}

TEST(SpaceBudgetTest, APromiseMadeBeforeIsKeptBeyondTheCapacity) {
  SpaceBudget budget(100);
  const auto promise = budget.Promise(150);
  EXPECT_EQ(budget.promised(), 150);
  EXPECT_EQ(budget.TryReserve(1, 0), nullptr);
}

TEST(MaxOutputBytesTest, GrowsWithFramesAndCoversRawPixels) {
  JobSpec spec = SmallJobSpec({.num_frames = 3});
  spec.output_format = OutputFormat::kRawRgb8;
  EXPECT_GE(MaxOutputBytes(spec), 3 * 64 * 64 * 3);
  spec.output_format = OutputFormat::kJpeg;
  const int64_t jpeg = MaxOutputBytes(spec);
  EXPECT_GT(jpeg, 0);
  spec.quality = 100;
  EXPECT_GT(MaxOutputBytes(spec), jpeg);
}

}  // namespace
}  // namespace animate
