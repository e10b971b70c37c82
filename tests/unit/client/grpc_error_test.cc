#include "client/grpc_error.h"

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "google/rpc/error_details.pb.h"

namespace animate {
namespace {

google::rpc::Status QueueFull() {
  google::rpc::Status status;
  status.set_code(8);
  status.set_message("8 jobs wait already");
  google::rpc::ErrorInfo info;
  info.set_reason("QUEUE_FULL");
  (*info.mutable_metadata())["limit"] = "8";
  status.add_details()->PackFrom(info);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(12);
  retry.mutable_retry_delay()->set_nanos(500'000'000);
  status.add_details()->PackFrom(retry);
  return status;
}

TEST(GrpcErrorTest, OkIsOk) {
  EXPECT_TRUE(StatusFromGrpc(grpc::Status::OK).ok());
  EXPECT_TRUE(StatusFromProto({}).ok());
}

TEST(GrpcErrorTest, KeepsCodeMessageReasonMetadataAndRetryHint) {
  const grpc::Status grpc_status(grpc::StatusCode::RESOURCE_EXHAUSTED,
                                 "8 jobs wait already",
                                 QueueFull().SerializeAsString());
  for (const absl::Status& status :
       {StatusFromGrpc(grpc_status), StatusFromProto(QueueFull())}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(status.message(), "8 jobs wait already");
    const auto details = GetErrorDetails(status);
    ASSERT_TRUE(details.has_value());
    EXPECT_EQ(details->reason, "QUEUE_FULL");
    ASSERT_EQ(details->metadata.size(), 1u);
    EXPECT_EQ(details->metadata[0].second, "8");
    EXPECT_EQ(details->retry_after, absl::Milliseconds(12'500));
  }
}

TEST(GrpcErrorTest, KeepsFieldViolations) {
  google::rpc::Status proto;
  proto.set_code(3);
  google::rpc::BadRequest bad;
  auto* violation = bad.add_field_violations();
  violation->set_field("spec.width");
  violation->set_description("must be a multiple of 8");
  proto.add_details()->PackFrom(bad);

  const auto details = GetErrorDetails(StatusFromProto(proto));

  ASSERT_TRUE(details.has_value());
  ASSERT_EQ(details->field_violations.size(), 1u);
  EXPECT_EQ(details->field_violations[0].field, "spec.width");
  EXPECT_EQ(details->field_violations[0].description,
            "must be a multiple of 8");
}

TEST(GrpcErrorTest, UnreadableDetailsLeaveCodeAndMessage) {
  const absl::Status status = StatusFromGrpc(
      grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone", "\xff\xff\xff"));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message(), "gone");
  EXPECT_FALSE(GetErrorDetails(status).has_value());
}

TEST(GrpcErrorTest, CodesFromOutsideAreUnknown) {
  google::rpc::Status proto;
  proto.set_code(99);
  EXPECT_EQ(StatusFromProto(proto).code(), absl::StatusCode::kUnknown);
}

}  // namespace
}  // namespace animate
