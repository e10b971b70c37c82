#include "server/service/grpc_status.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/base/error.h"
#include "google/rpc/error_details.pb.h"

namespace animate {
namespace {

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

// The first detail of type T; default when there is none.
template <typename T>
T Detail(const google::rpc::Status& status) {
  T out;
  for (const auto& any : status.details()) {
    if (any.UnpackTo(&out)) return out;
  }
  return T();
}

TEST(GrpcStatusTest, OkStaysOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_EQ(ToRpcStatus(absl::OkStatus()).details_size(), 0);
}

TEST(GrpcStatusTest, CarriesCodeMessageReasonAndField) {
  const grpc::Status status =
      ToGrpcStatus(FieldError("spec.width", "must be even, got 3", "BAD_SIZE"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "spec.width: must be even, got 3");
  const google::rpc::Status details = DetailsOf(status);
  EXPECT_EQ(details.code(), 3);
  EXPECT_EQ(details.message(), status.error_message());
  const auto info = Detail<google::rpc::ErrorInfo>(details);
  EXPECT_EQ(info.domain(), "animate.v1");
  EXPECT_EQ(info.reason(), "BAD_SIZE");
  const auto bad_request = Detail<google::rpc::BadRequest>(details);
  ASSERT_EQ(bad_request.field_violations_size(), 1);
  EXPECT_EQ(bad_request.field_violations(0).field(), "spec.width");
  EXPECT_EQ(bad_request.field_violations(0).description(),
            "must be even, got 3");
}

TEST(GrpcStatusTest, AReusedRequestIdNamesTheJobThatHasIt) {
  const google::rpc::Status details = ToRpcStatus(MakeError(
      absl::StatusCode::kAlreadyExists, "another request",
      {.reason = "REQUEST_ID_REUSED", .metadata = {{"job", "jobs/first"}}}));
  const auto resource = Detail<google::rpc::ResourceInfo>(details);
  EXPECT_EQ(resource.resource_type(), "animate.v1.Job");
  EXPECT_EQ(resource.resource_name(), "jobs/first");
  EXPECT_EQ(Detail<google::rpc::ErrorInfo>(details).metadata().at("job"),
            "jobs/first");
}

TEST(GrpcStatusTest, AQuotaIsAQuotaFailure) {
  const google::rpc::Status details =
      ToRpcStatus(MakeError(absl::StatusCode::kResourceExhausted,
                            "too many jobs", {.reason = "QUOTA"}));
  const auto failure = Detail<google::rpc::QuotaFailure>(details);
  ASSERT_EQ(failure.violations_size(), 1);
  EXPECT_EQ(failure.violations(0).description(), "too many jobs");
  EXPECT_EQ(Detail<google::rpc::QuotaFailure>(
                ToRpcStatus(MakeError(absl::StatusCode::kResourceExhausted,
                                      "full", {.reason = "QUEUE_FULL"})))
                .violations_size(),
            0);
}

TEST(GrpcStatusTest, CarriesRetryInfoAndMetadata) {
  const google::rpc::Status details =
      ToRpcStatus(MakeError(absl::StatusCode::kResourceExhausted, "full",
                            {.reason = "QUEUE_FULL",
                             .retry_after = absl::Milliseconds(1500),
                             .metadata = {{"limit", "8"}}}));
  const auto retry = Detail<google::rpc::RetryInfo>(details);
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
  EXPECT_EQ(Detail<google::rpc::ErrorInfo>(details).metadata().at("limit"),
            "8");
}

TEST(GrpcStatusTest, EveryErrorHasAReason) {
  const google::rpc::Status details =
      ToRpcStatus(absl::InternalError("something broke"));
  const auto info = Detail<google::rpc::ErrorInfo>(details);
  EXPECT_EQ(info.domain(), "animate.v1");
  EXPECT_EQ(info.reason(), "INTERNAL");
  EXPECT_EQ(details.details_size(), 1);
}

TEST(GrpcStatusTest, MapsEveryCodeToItself) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "why");
    EXPECT_EQ(static_cast<int>(ToGrpcStatus(status).error_code()), code);
  }
}

}  // namespace
}  // namespace animate
