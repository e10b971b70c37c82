#include "server/service/serving_state.h"

#include <gtest/gtest.h>

#include "engine/base/error.h"

namespace animate {
namespace {

TEST(ServingStateTest, IsNotReadyUntilTheModelsAreThere) {
  Limits limits;
  limits.max_frames = 7;
  ServingState state(limits);
  EXPECT_EQ(state.Admission().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorReason(state.Admission()), "NOT_READY");
  EXPECT_TRUE(GetErrorDetails(state.Admission())->retry_after.has_value());
  EXPECT_EQ(state.offer()->limits.max_frames, 7);
  EXPECT_TRUE(state.offer()->models.empty());

  limits.max_frames = 9;
  state.MarkReady({.limits = limits, .models = {ModelInfo{.name = "m"}}});
  EXPECT_TRUE(state.Admission().ok());
  EXPECT_EQ(state.offer()->limits.max_frames, 9);
  EXPECT_EQ(state.offer()->models.size(), 1u);
}

TEST(ServingStateTest, DrainsForGood) {
  ServingState state{Limits()};
  state.StartDraining();
  state.MarkReady({});
  EXPECT_EQ(state.Admission().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorReason(state.Admission()), "DRAINING");
}

}  // namespace
}  // namespace animate
