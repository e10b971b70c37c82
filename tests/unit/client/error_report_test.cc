#include "client/error_report.h"

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "nlohmann/json.hpp"

namespace animate {
namespace {

absl::Status DetailedError() {
  return MakeError(
      absl::StatusCode::kResourceExhausted, "8 jobs wait already",
      {.reason = "QUEUE_FULL",
       .field_violations = {{.field = "spec.width",
                             .description = "must be a multiple of 8"}},
       .retry_after = absl::Seconds(12),
       .metadata = {{"limit", "8"}}});
}

TEST(ErrorReportTest, TextHasCodeReasonFieldsAndRetryHint) {
  EXPECT_EQ(ErrorText(DetailedError()),
            "RESOURCE_EXHAUSTED (QUEUE_FULL): 8 jobs wait already\n"
            "  spec.width: must be a multiple of 8\n"
            "  try again in 12 s");
}

TEST(ErrorReportTest, TextOfABareErrorIsOneLine) {
  EXPECT_EQ(ErrorText(absl::NotFoundError("no such job")),
            "NOT_FOUND: no such job");
}

TEST(ErrorReportTest, TextSaysWhatToDoAboutAToken) {
  const auto text = [](const std::string& reason) {
    return ErrorText(MakeError(absl::StatusCode::kUnauthenticated, "no",
                               {.reason = reason}));
  };
  EXPECT_NE(text("TOKEN_MISSING").find("--token-file"), std::string::npos);
  EXPECT_NE(text("TOKEN_INVALID").find("check --token-file"),
            std::string::npos);
  EXPECT_NE(text("TOKEN_EXPIRED").find("a new token"), std::string::npos);
}

TEST(ErrorReportTest, TextDoesNotSayTheSameTwice) {
  EXPECT_EQ(ErrorText(FieldError("spec.width", "must be a multiple of 8")),
            "INVALID_ARGUMENT (INVALID_FIELD): spec.width: must be a multiple "
            "of 8");
}

TEST(ErrorReportTest, JsonHasTheSameFacts) {
  const nlohmann::json error = ErrorJson(DetailedError());
  EXPECT_EQ(error["code"], "RESOURCE_EXHAUSTED");
  EXPECT_EQ(error["reason"], "QUEUE_FULL");
  EXPECT_EQ(error["field_violations"][0]["field"], "spec.width");
  EXPECT_EQ(error["metadata"]["limit"], "8");
  EXPECT_EQ(error["retry_after_seconds"], 12.0);
}

TEST(ErrorReportTest, JsonLeavesOutWhatIsNotKnown) {
  const nlohmann::json error = ErrorJson(absl::InternalError("x"));
  EXPECT_FALSE(error.contains("reason"));
  EXPECT_FALSE(error.contains("retry_after_seconds"));
  EXPECT_FALSE(error.contains("field_violations"));
}

}  // namespace
}  // namespace animate
