#include "client/grpc_error.h"

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/base/error.h"
#include "google/rpc/error_details.pb.h"

namespace animate {
namespace {

// gRPC and Abseil number the codes alike; a code from outside is UNKNOWN.
absl::StatusCode CodeOf(int code) {
  return code >= 0 && code <= 16 ? static_cast<absl::StatusCode>(code)
                                 : absl::StatusCode::kUnknown;
}

ErrorDetails DetailsOf(const google::rpc::Status& status) {
  ErrorDetails details;
  for (const google::protobuf::Any& any : status.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&info)) {
      details.reason = info.reason();
      for (const auto& [key, value] : info.metadata()) {
        details.metadata.emplace_back(key, value);
      }
    } else if (any.UnpackTo(&bad_request)) {
      for (const auto& violation : bad_request.field_violations()) {
        details.field_violations.push_back(
            {.field = violation.field(),
             .description = violation.description()});
      }
    } else if (any.UnpackTo(&retry)) {
      details.retry_after = absl::Seconds(retry.retry_delay().seconds()) +
                            absl::Nanoseconds(retry.retry_delay().nanos());
    }
  }
  return details;
}

}  // namespace

absl::Status StatusFromProto(const google::rpc::Status& status) {
  if (status.code() == 0) {
    return absl::OkStatus();
  }
  const ErrorDetails details = DetailsOf(status);
  if (details.reason.empty() && details.field_violations.empty() &&
      !details.retry_after.has_value()) {
    return absl::Status(CodeOf(status.code()), status.message());
  }
  return MakeError(CodeOf(status.code()), status.message(), details);
}

absl::Status StatusFromGrpc(const grpc::Status& status) {
  if (status.ok()) {
    return absl::OkStatus();
  }
  google::rpc::Status proto;
  if (!proto.ParseFromString(status.error_details())) {
    proto.Clear();
  }
  // The status line counts, whatever the details repeat of it.
  proto.set_code(static_cast<int>(status.error_code()));
  proto.set_message(status.error_message());
  return StatusFromProto(proto);
}

}  // namespace animate
