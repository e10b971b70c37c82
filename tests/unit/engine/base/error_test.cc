#include "engine/base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(ErrorTest, DetailsSurviveTheStatus) {
  const absl::Status status =
      MakeError(absl::StatusCode::kResourceExhausted, "queue is full",
                {.reason = "QUEUE_FULL",
                 .field_violations = {{"spec.width", "too large"},
                                      {"spec.fps", "is NaN"}},
                 .retry_after = absl::Milliseconds(1500),
                 .metadata = {{"limit", "8"}, {"depth", "8"}}});
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(), "queue is full");
  const std::optional<ErrorDetails> details = GetErrorDetails(status);
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, "QUEUE_FULL");
  ASSERT_EQ(details->field_violations.size(), 2u);
  EXPECT_EQ(details->field_violations[0].field, "spec.width");
  EXPECT_EQ(details->field_violations[0].description, "too large");
  EXPECT_EQ(details->field_violations[1].field, "spec.fps");
  EXPECT_EQ(details->retry_after, absl::Milliseconds(1500));
  EXPECT_THAT(details->metadata,
              ElementsAre(Pair("limit", "8"), Pair("depth", "8")));
}

TEST(ErrorTest, SeparatorsInTextSurvive) {
  const std::string nasty = "a\tb\nc\\d\\n\\t\\";
  const std::optional<ErrorDetails> details =
      GetErrorDetails(MakeError(absl::StatusCode::kInternal, "x",
                                {.reason = nasty,
                                 .field_violations = {{nasty, nasty}},
                                 .metadata = {{nasty, nasty}}}));
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, nasty);
  ASSERT_EQ(details->field_violations.size(), 1u);
  EXPECT_EQ(details->field_violations[0].field, nasty);
  EXPECT_EQ(details->field_violations[0].description, nasty);
  EXPECT_THAT(details->metadata, ElementsAre(Pair(nasty, nasty)));
}

TEST(ErrorTest, WithoutRetryTimeThereIsNone) {
  const std::optional<ErrorDetails> details = GetErrorDetails(
      MakeError(absl::StatusCode::kAborted, "x", {.reason = "R"}));
  ASSERT_TRUE(details.has_value());
  EXPECT_FALSE(details->retry_after.has_value());
  EXPECT_THAT(details->field_violations, IsEmpty());
  EXPECT_THAT(details->metadata, IsEmpty());
}

TEST(ErrorTest, FieldErrorNamesTheFieldInMessageAndViolation) {
  const absl::Status status = FieldError("spec.steps", "must be 1, got 0");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "spec.steps: must be 1, got 0");
  EXPECT_EQ(GetErrorReason(status), "INVALID_FIELD");
  EXPECT_EQ(GetErrorDetails(status)->field_violations[0].field, "spec.steps");
  EXPECT_EQ(GetErrorReason(FieldError("f", "d", "BAD_SIZE")), "BAD_SIZE");
}

TEST(ErrorTest, PlainStatusesCarryNoDetails) {
  EXPECT_FALSE(GetErrorDetails(absl::OkStatus()).has_value());
  EXPECT_FALSE(GetErrorDetails(absl::InternalError("x")).has_value());
  EXPECT_EQ(GetErrorReason(absl::InternalError("x")), "");
}

}  // namespace
}  // namespace animate
