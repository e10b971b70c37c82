#include "server/service/grpc_status.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "google/rpc/error_details.pb.h"

namespace animate {
namespace {

void AddErrorInfo(const absl::Status& status, const ErrorDetails& details,
                  google::rpc::Status& out) {
  google::rpc::ErrorInfo info;
  info.set_domain(kErrorDomain);
  info.set_reason(details.reason.empty()
                      ? absl::StatusCodeToString(status.code())
                      : details.reason);
  for (const auto& [key, value] : details.metadata) {
    (*info.mutable_metadata())[key] = value;
  }
  out.add_details()->PackFrom(info);
}

void AddBadRequest(const ErrorDetails& details, google::rpc::Status& out) {
  google::rpc::BadRequest bad_request;
  for (const auto& violation : details.field_violations) {
    auto* field_violation = bad_request.add_field_violations();
    field_violation->set_field(violation.field);
    field_violation->set_description(violation.description);
  }
  out.add_details()->PackFrom(bad_request);
}

void AddQuotaFailure(absl::string_view message, google::rpc::Status& out) {
  google::rpc::QuotaFailure failure;
  auto* violation = failure.add_violations();
  violation->set_subject("the caller");
  violation->set_description(std::string(message));
  out.add_details()->PackFrom(failure);
}

// The job that stands in the way.
void AddResourceInfo(const ErrorDetails& details, google::rpc::Status& out) {
  google::rpc::ResourceInfo resource;
  resource.set_resource_type("animate.v1.Job");
  for (const auto& [key, value] : details.metadata) {
    if (key == "job") resource.set_resource_name(value);
  }
  resource.set_description("has the same request_id");
  out.add_details()->PackFrom(resource);
}

void AddRetryInfo(absl::Duration retry_after, google::rpc::Status& out) {
  google::rpc::RetryInfo retry;
  const int64_t milliseconds = absl::ToInt64Milliseconds(retry_after);
  retry.mutable_retry_delay()->set_seconds(milliseconds / 1000);
  retry.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(milliseconds % 1000 * 1'000'000));
  out.add_details()->PackFrom(retry);
}

}  // namespace

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status out;
  if (status.ok()) return out;
  out.set_code(static_cast<int>(status.code()));
  out.set_message(std::string(status.message()));
  const ErrorDetails details = GetErrorDetails(status).value_or(ErrorDetails{});
  AddErrorInfo(status, details, out);
  if (!details.field_violations.empty()) AddBadRequest(details, out);
  if (details.reason == "QUOTA") AddQuotaFailure(status.message(), out);
  if (details.reason == "REQUEST_ID_REUSED") AddResourceInfo(details, out);
  if (details.retry_after.has_value()) AddRetryInfo(*details.retry_after, out);
  return out;
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      std::string(status.message()),
                      ToRpcStatus(status).SerializeAsString());
}

grpc::Status ToGrpcStatus(const absl::Status& status,
                          grpc::ServerContextBase& context) {
  const std::optional<ErrorDetails> details = GetErrorDetails(status);
  if (details.has_value() && details->retry_after.has_value()) {
    context.AddTrailingMetadata(
        "grpc-retry-pushback-ms",
        absl::StrCat(absl::ToInt64Milliseconds(*details->retry_after)));
  }
  return ToGrpcStatus(status);
}

std::string CodeName(grpc::StatusCode code) {
  return absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
}

}  // namespace animate
