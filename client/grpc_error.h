#ifndef ANIMATE_CLIENT_GRPC_ERROR_H_
#define ANIMATE_CLIENT_GRPC_ERROR_H_

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/status.h"

namespace animate {

// Turns the status of an RPC into an absl::Status of the same code and message
// that carries what google.rpc details it came with (reason, metadata, field
// violations, retry hint) as ErrorDetails, see engine/base/error.h. Details
// that cannot be read are left out.
absl::Status StatusFromGrpc(const grpc::Status& status);

// The same for the error inside a Job.
absl::Status StatusFromProto(const google::rpc::Status& status);

}  // namespace animate

#endif  // ANIMATE_CLIENT_GRPC_ERROR_H_
