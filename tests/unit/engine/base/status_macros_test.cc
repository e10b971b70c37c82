#include "engine/base/status_macros.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace animate {
namespace {

absl::StatusOr<int> Half(int value) {
  if (value % 2 != 0) return absl::InvalidArgumentError("odd");
  return value / 2;
}

absl::Status CheckHalf(int value, int& calls_after) {
  ANIMATE_RETURN_IF_ERROR(Half(value).status());
  ++calls_after;
  return absl::OkStatus();
}

absl::StatusOr<int> Quarter(int value) {
  ANIMATE_ASSIGN_OR_RETURN(const int half, Half(value));
  ANIMATE_ASSIGN_OR_RETURN(int quarter, Half(half));
  return quarter;
}

TEST(StatusMacrosTest, ReturnIfErrorGoesOnOnlyWhenOk) {
  int calls = 0;
  EXPECT_TRUE(CheckHalf(4, calls).ok());
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(CheckHalf(3, calls), absl::InvalidArgumentError("odd"));
  EXPECT_EQ(calls, 1);
}

TEST(StatusMacrosTest, AssignOrReturnDeclaresOrReturns) {
  EXPECT_EQ(*Quarter(12), 3);
  EXPECT_EQ(Quarter(6).status(), absl::InvalidArgumentError("odd"));
  EXPECT_EQ(Quarter(5).status(), absl::InvalidArgumentError("odd"));
}

TEST(StatusMacrosTest, AssignOrReturnMovesTheValue) {
  const auto make = []() -> absl::StatusOr<std::unique_ptr<int>> {
    return std::make_unique<int>(7);
  };
  const auto use = [&]() -> absl::StatusOr<int> {
    std::unique_ptr<int> value;
    ANIMATE_ASSIGN_OR_RETURN(value, make());
    return *value;
  };
  EXPECT_EQ(*use(), 7);
}

}  // namespace
}  // namespace animate
