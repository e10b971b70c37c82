#include "server/queue/output_budget.h"

#include <gtest/gtest.h>

#include "tests/support/job_specs.h"

namespace animate {
namespace {

std::shared_ptr<const std::string> Bytes(size_t count) {
  return std::make_shared<const std::string>(count, 'x');
}

TEST(OutputBudgetTest, ReservesUpToItsCapacityAndNoFurther) {
  OutputBudget budget(100);
  const auto first = budget.TryReserve(60);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(budget.TryReserve(41), nullptr);
  EXPECT_NE(budget.TryReserve(40), nullptr);
}

TEST(OutputBudgetTest, AReservationGivesBackWhatItsFramesDoNotHold) {
  OutputBudget budget(100);
  auto reservation = budget.TryReserve(60);
  auto frame = reservation->Hold(Bytes(10));
  EXPECT_EQ(*frame, std::string(10, 'x'));
  EXPECT_EQ(budget.reserved(), 60);
  EXPECT_EQ(budget.used(), 10);
  reservation.reset();
  EXPECT_EQ(budget.reserved(), 10);
  auto second_reader = frame;
  frame.reset();
  EXPECT_EQ(budget.reserved(), 10);
  second_reader.reset();
  EXPECT_EQ(budget.reserved(), 0);
  EXPECT_EQ(budget.used(), 0);
}

TEST(OutputBudgetTest, AFrameLargerThanExpectedCounts) {
  OutputBudget budget(100);
  auto reservation = budget.TryReserve(5);
  const auto frame = reservation->Hold(Bytes(50));
  EXPECT_EQ(budget.reserved(), 50);
  EXPECT_EQ(budget.TryReserve(51), nullptr);
}

TEST(OutputBudgetTest, FramesMayOutliveTheBudget) {
  auto budget = std::make_unique<OutputBudget>(100);
  auto reservation = budget->TryReserve(50);
  const auto frame = reservation->Hold(Bytes(50));
  reservation.reset();
  budget.reset();
  EXPECT_EQ(frame->size(), 50u);
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
