#ifndef ANIMATE_SERVER_SERVICE_CALLER_IDENTITY_H_
#define ANIMATE_SERVER_SERVICE_CALLER_IDENTITY_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/security/authenticator.h"
#include "server/service/service_environment.h"

namespace animate {

// Who makes a call, by its metadata "authorization" and by the certificate of
// its connection. Errors of Authenticator::Authenticate, which it counts and
// logs. Without an authenticator everybody is the same nobody.
absl::StatusOr<Caller> IdentifyCaller(const grpc::ServerContextBase& context,
                                      const ServiceEnvironment& environment);

// Whether the caller of a long call may still make it: as
// Authenticator::Recheck.
absl::Status RecheckCaller(const Caller& caller,
                           const ServiceEnvironment& environment);

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_CALLER_IDENTITY_H_
