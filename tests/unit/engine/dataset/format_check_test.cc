#include "engine/dataset/format_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace animate {
namespace {

using ::testing::HasSubstr;

TEST(FormatCheckTest, LimitsAreIncluded) {
  EXPECT_TRUE(CheckOption("x", 1.0, 1.0, 2.0).ok());
  EXPECT_TRUE(CheckOption("x", 2.0, 1.0, 2.0).ok());
  for (const double value : {0.99, 2.01, std::nan("")}) {
    const absl::Status status = CheckOption("x", value, 1.0, 2.0);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr("x: must be 1 to 2"));
  }
}

TEST(FormatCheckTest, NamesWhatIsWrongWithAFormat) {
  EXPECT_TRUE(CheckClipFormat({}).ok());
  EXPECT_THAT(CheckClipFormat({.width = 31}).message(), HasSubstr("width"));
  EXPECT_THAT(CheckClipFormat({.height = 2049}).message(), HasSubstr("height"));
  EXPECT_THAT(CheckClipFormat({.frames = 0}).message(), HasSubstr("frames"));
}

}  // namespace
}  // namespace animate
