#include "engine/training/loss_scaler.h"

#include <gtest/gtest.h>

namespace animate {
namespace {

TEST(LossScaler, HalvesOnOverflow) {
  LossScaler scaler({.initial_scale = 64.0});
  EXPECT_TRUE(scaler.Update(false));
  EXPECT_EQ(scaler.scale(), 32.0);
}

TEST(LossScaler, DoublesAfterEnoughGoodSteps) {
  LossScaler scaler({.initial_scale = 64.0, .growth_interval = 3});
  for (int i = 0; i < 2; ++i) scaler.Update(true);
  EXPECT_EQ(scaler.scale(), 64.0);
  scaler.Update(true);
  EXPECT_EQ(scaler.scale(), 128.0);
  EXPECT_EQ(scaler.good_steps(), 0);
}

TEST(LossScaler, CountsGoodStepsAnewAfterOverflow) {
  LossScaler scaler({.initial_scale = 64.0, .growth_interval = 2});
  scaler.Update(true);
  scaler.Update(false);
  scaler.Update(true);
  EXPECT_EQ(scaler.scale(), 32.0);
  scaler.Update(true);
  EXPECT_EQ(scaler.scale(), 64.0);
}

TEST(LossScaler, GivesUpWhenNoScaleHelps) {
  LossScaler scaler({.initial_scale = 1.0});
  int halvings = 0;
  while (scaler.Update(false)) ++halvings;
  EXPECT_EQ(halvings, 14);
}

TEST(LossScaler, ContinuesWhereACheckpointWas) {
  LossScaler scaler({.initial_scale = 64.0, .growth_interval = 10});
  scaler.Restore(8.0, 9);
  scaler.Update(true);
  EXPECT_EQ(scaler.scale(), 16.0);
}

}  // namespace
}  // namespace animate
