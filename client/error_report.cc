#include "client/error_report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/base/error.h"
#include "nlohmann/json.hpp"

namespace animate {
namespace {

absl::string_view TokenAdvice(absl::string_view reason) {
  if (reason == "TOKEN_MISSING") {
    return "show your token: --token-file FILE, or set ANIMATE_TOKEN; whoever "
           "runs the server makes one with `animate-server token NAME`";
  }
  if (reason == "TOKEN_EXPIRED") {
    return "ask whoever runs the server for a new token";
  }
  return "check --token-file or ANIMATE_TOKEN, or ask whoever runs the server "
         "for a new token";
}

}  // namespace

std::string ErrorText(const absl::Status& status) {
  const ErrorDetails details = GetErrorDetails(status).value_or(ErrorDetails());
  std::string text = absl::StatusCodeToString(status.code());
  if (!details.reason.empty()) {
    absl::StrAppend(&text, " (", details.reason, ")");
  }
  absl::StrAppend(&text, ": ", status.message());
  for (const ErrorDetails::FieldViolation& violation :
       details.field_violations) {
    const std::string line =
        absl::StrCat(violation.field, ": ", violation.description);
    // The message of a single violation usually is that violation.
    if (line != status.message()) {
      absl::StrAppend(&text, "\n  ", line);
    }
  }
  if (absl::IsUnauthenticated(status)) {
    absl::StrAppend(&text, "\n  ", TokenAdvice(details.reason));
  }
  if (details.retry_after.has_value()) {
    absl::StrAppendFormat(&text, "\n  try again in %.0f s",
                          absl::ToDoubleSeconds(*details.retry_after));
  }
  return text;
}

nlohmann::json ErrorJson(const absl::Status& status) {
  const ErrorDetails details = GetErrorDetails(status).value_or(ErrorDetails());
  nlohmann::json error = {
      {"code", absl::StatusCodeToString(status.code())},
      {"message", std::string(status.message())},
  };
  if (!details.reason.empty()) {
    error["reason"] = details.reason;
  }
  for (const ErrorDetails::FieldViolation& violation :
       details.field_violations) {
    error["field_violations"].push_back(
        {{"field", violation.field}, {"description", violation.description}});
  }
  for (const auto& [key, value] : details.metadata) {
    error["metadata"][key] = value;
  }
  if (details.retry_after.has_value()) {
    error["retry_after_seconds"] = absl::ToDoubleSeconds(*details.retry_after);
  }
  return error;
}

}  // namespace animate
