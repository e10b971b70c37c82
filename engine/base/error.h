#ifndef ANIMATE_ENGINE_BASE_ERROR_H_
#define ANIMATE_ENGINE_BASE_ERROR_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace animate {

// Machine-readable facts that travel inside an absl::Status from the place
// that finds a fault to the gRPC boundary, where they become google.rpc
// ErrorInfo, BadRequest and RetryInfo (docs/api.md lists every reason).
struct ErrorDetails {
  // UPPER_SNAKE_CASE, for example "QUEUE_FULL"; part of the API.
  std::string reason;

  // One entry per offending request field, named as in the proto
  // ("spec.width"); description says value and limit.
  struct FieldViolation {
    std::string field;
    std::string description;
  };
  std::vector<FieldViolation> field_violations;

  // When trying again makes sense; unset where it never does.
  std::optional<absl::Duration> retry_after;

  // Further facts for programs ("limit" -> "8"), ErrorInfo.metadata.
  std::vector<std::pair<std::string, std::string>> metadata;
};

// Returns a status of `code` that carries `details`. The message should name
// the field, the value and the limit.
absl::Status MakeError(absl::StatusCode code, absl::string_view message,
                       const ErrorDetails& details);

// Shorthand for a request field that is wrong: INVALID_ARGUMENT with `reason`
// and one field violation; the message is "<field>: <description>".
absl::Status FieldError(absl::string_view field, absl::string_view description,
                        absl::string_view reason = "INVALID_FIELD");

// Returns the details of `status`; nullopt when it carries none.
std::optional<ErrorDetails> GetErrorDetails(const absl::Status& status);

// Returns the reason of `status`, or "" when it carries none.
std::string GetErrorReason(const absl::Status& status);

}  // namespace animate

#endif  // ANIMATE_ENGINE_BASE_ERROR_H_
