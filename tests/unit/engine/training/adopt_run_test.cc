#include "engine/training/adopt_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ATen/ops/full.h>

#include "engine/base/error.h"
#include "tests/unit/engine/training/training_testing.h"

namespace animate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunState RunOf(double value) {
  const StateDict tensors = {{"net.weight", at::full({2}, value, at::kFloat)}};
  return {.weights = Copies(tensors),
          .average = Copies(tensors),
          .exp_avg = Copies(tensors),
          .exp_avg_sq = Copies(tensors)};
}

TEST(CopyRunTensors, FillsTheTensorsThatOthersHold) {
  const RunState into = RunOf(1.0);
  const at::Tensor held = into.weights.at("net.weight");
  held.requires_grad_();
  ASSERT_TRUE(CopyRunTensors(RunOf(5.0), into).ok());
  EXPECT_EQ(held[0].item<double>(), 5.0);
  EXPECT_EQ(BytesOf(into.exp_avg_sq), BytesOf(RunOf(5.0).exp_avg_sq));
}

TEST(CopyRunTensors, CopiesNothingWhenOneDoesNotFit) {
  const RunState into = RunOf(1.0);
  RunState missing = RunOf(5.0);
  missing.exp_avg_sq.clear();
  RunState unknown = RunOf(5.0);
  unknown.average["other"] = at::full({1}, 0.0, at::kFloat);
  RunState misshapen = RunOf(5.0);
  misshapen.exp_avg["net.weight"] = at::full({3}, 0.0, at::kFloat);
  const std::pair<RunState, std::string> faults[] = {
      {missing, "exp_avg_sq of \"net.weight\" is missing"},
      {unknown, "average of \"other\" is not trained"},
      {misshapen, "exp_avg of \"net.weight\" is [3], wanted [2]"}};
  for (const auto& [from, message] : faults) {
    const absl::Status status = CopyRunTensors(from, into);
    EXPECT_EQ(GetErrorReason(status), "CHECKPOINT_MISMATCH");
    EXPECT_EQ(status.message(), message);
    EXPECT_EQ(BytesOf(into.weights), BytesOf(RunOf(1.0).weights));
  }
}

TEST(CheckSameSettings, ListsEveryDifference) {
  EXPECT_TRUE(CheckSameSettings({{"a", "1"}, {"old", "x"}}, {{"a", "1"}}).ok());
  const absl::Status status = CheckSameSettings(
      {{"a", "1"}, {"b", "2"}}, {{"a", "1"}, {"b", "3"}, {"c", "4"}});
  EXPECT_EQ(GetErrorReason(status), "SETTINGS_CHANGED");
  const std::string message(status.message());
  EXPECT_THAT(message, HasSubstr("b was 2, is 3; c was not set, is 4"));
  EXPECT_THAT(message, Not(HasSubstr("a was")));
}

}  // namespace
}  // namespace animate
