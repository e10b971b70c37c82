#include "engine/pipeline/window_budget.h"

#include <gtest/gtest.h>

namespace animate {
namespace {

// One window of the published network at 512x784 in half precision.
WindowShape Published() {
  return {.rows = 2,
          .frames = 24,
          .cells = 98 * 64,
          .channels = 320,
          .element_bytes = 2};
}

TEST(WindowBudgetTest, TheEstimateGrowsWithEverySide) {
  const int64_t bytes = WindowActivationBytes(Published());
  EXPECT_GT(bytes, int64_t{2} << 30);
  EXPECT_LT(bytes, int64_t{16} << 30);
  WindowShape unguided = Published();
  unguided.rows = 1;
  EXPECT_EQ(WindowActivationBytes(unguided) * 2, bytes);
  WindowShape wide = Published();
  wide.element_bytes = 4;
  EXPECT_EQ(WindowActivationBytes(wide), bytes * 2);
}

TEST(WindowBudgetTest, AsManyWindowsAsFitButAtLeastOneAndAtMostFour) {
  const int64_t one = WindowActivationBytes(Published());
  EXPECT_EQ(WindowsThatFit(Published(), 0), 1);
  EXPECT_EQ(WindowsThatFit(Published(), one), 1);
  EXPECT_EQ(WindowsThatFit(Published(), one * 3), 2);
  EXPECT_EQ(WindowsThatFit(Published(), one * 100), kMaxAutomaticWindows);
  EXPECT_EQ(WindowsThatFit(WindowShape(), one), kMaxAutomaticWindows);
}

TEST(WindowBudgetTest, ACpuIsNotAsked) {
  EXPECT_EQ(FreeDeviceBytes(c10::Device(c10::kCPU)), 0);
}

}  // namespace
}  // namespace animate
