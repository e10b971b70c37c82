#include "server/service/caller_identity.h"

#include <grpc/grpc_security_constants.h>

#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/log.h"

namespace animate {
namespace {

// The first value of a property; "" when there is none.
std::string FirstValue(const grpc::AuthContext& peer, const char* property) {
  const std::vector<grpc::string_ref> values =
      peer.FindPropertyValues(property);
  return values.empty()
             ? ""
             : std::string(values.front().data(), values.front().size());
}

// TLS has verified the certificate, or there is none.
std::string CertificateName(const grpc::ServerContextBase& context) {
  const auto peer = context.auth_context();
  if (peer == nullptr || !peer->IsPeerAuthenticated()) return "";
  const std::string common_name = FirstValue(*peer, GRPC_X509_CN_PROPERTY_NAME);
  return common_name.empty() ? FirstValue(*peer, GRPC_X509_SAN_PROPERTY_NAME)
                             : common_name;
}

}  // namespace

absl::StatusOr<Caller> IdentifyCaller(const grpc::ServerContextBase& context,
                                      const ServiceEnvironment& environment) {
  if (environment.authenticator == nullptr) return Caller();
  Credentials credentials;
  const auto& metadata = context.client_metadata();
  if (const auto header = metadata.find("authorization");
      header != metadata.end()) {
    credentials.authorization = {header->second.data(), header->second.size()};
  }
  credentials.certificate_name = CertificateName(context);
  absl::StatusOr<Caller> caller =
      environment.authenticator->Authenticate(credentials);
  if (!caller.ok()) {
    Log(LogSeverity::kWarning, "call_not_authenticated",
        {{"peer", context.peer()},
         {"reason", GetErrorReason(caller.status())}});
  }
  return caller;
}

absl::Status RecheckCaller(const Caller& caller,
                           const ServiceEnvironment& environment) {
  if (environment.authenticator == nullptr) return absl::OkStatus();
  return environment.authenticator->Recheck(caller);
}

}  // namespace animate
