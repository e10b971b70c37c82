#ifndef ANIMATE_SERVER_SERVICE_GRPC_STATUS_H_
#define ANIMATE_SERVER_SERVICE_GRPC_STATUS_H_

#include <grpcpp/grpcpp.h>

#include <string>

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"

namespace animate {

// ErrorInfo.domain of every error of this server.
inline constexpr char kErrorDomain[] = "animate.v1";

// Returns `status` as google.rpc.Status. Every error carries ErrorInfo with
// domain "animate.v1" (its reason is the code's name where `status` has none),
// and BadRequest and RetryInfo where `status` knows fields or a time, and
// QuotaFailure with reason QUOTA.
google::rpc::Status ToRpcStatus(const absl::Status& status);

// Returns `status` for the end of an RPC, ToRpcStatus in its details.
grpc::Status ToGrpcStatus(const absl::Status& status);

// As ToGrpcStatus; also adds the trailer "grpc-retry-pushback-ms", which gRPC
// clients obey by themselves, when `status` knows when to try again. Call it
// once, right before Finish.
grpc::Status ToGrpcStatus(const absl::Status& status,
                          grpc::ServerContextBase& context);

// Returns "OK", "NOT_FOUND", … : the canonical name of a gRPC code.
std::string CodeName(grpc::StatusCode code);

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_GRPC_STATUS_H_
