#include "server/protection.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/local_address.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

absl::Status CheckSettings(const ServerConfig& config) {
  const TlsFiles& tls = config.tls;
  if (tls.certificate.empty() != tls.key.empty()) {
    return absl::FailedPreconditionError(
        "tls-cert and tls-key go together: give both or neither");
  }
  if (!tls.client_ca.empty() && !tls.enabled()) {
    return absl::FailedPreconditionError(
        "tls-client-ca needs TLS: give tls-cert and tls-key, too");
  }
  if (!config.auth_file.empty() && !tls.enabled() && !config.insecure_tokens &&
      !IsLocalAddress(config.listen_address)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "auth-file without TLS on ", config.listen_address,
        ": tokens would cross the network in the clear; give tls-cert and "
        "tls-key, listen on 127.0.0.1, or set insecure-tokens where something "
        "else encrypts"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Protection> OpenProtection(const ServerConfig& config,
                                          const Clock& clock) {
  ANIMATE_RETURN_IF_ERROR(CheckSettings(config));
  Protection protection;
  if (config.tls.enabled()) {
    ANIMATE_ASSIGN_OR_RETURN(protection.certificates,
                             TlsCertificates::Open(config.tls, clock));
  }
  if (!config.auth_file.empty() || !config.tls.client_ca.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(
        protection.authenticator,
        Authenticator::Open({.auth_file = config.auth_file}, clock));
  }
  if (protection.certificates == nullptr &&
      protection.authenticator == nullptr) {
    Log(LogSeverity::kWarning, "unprotected",
        {{"address", config.listen_address},
         {"message",
          "neither TLS nor tokens are on: whoever reaches the address may "
          "submit, read and stop all jobs"}});
  }
  return protection;
}

std::optional<absl::Time> CertificateExpiry(const Protection& protection) {
  if (protection.certificates == nullptr) return std::nullopt;
  return protection.certificates->Current()->not_after;
}

}  // namespace animate
