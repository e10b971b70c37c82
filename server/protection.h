#ifndef ANIMATE_SERVER_PROTECTION_H_
#define ANIMATE_SERVER_PROTECTION_H_

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/base/clock.h"
#include "server/security/authenticator.h"
#include "server/security/tls_certificates.h"
#include "server/server_config.h"

namespace animate {

// What stands between the gRPC port and the world.
struct Protection {
  std::unique_ptr<TlsCertificates> certificates;  // null: plain text
  std::unique_ptr<Authenticator> authenticator;   // null: anybody may call
};

// Reads the files that `config` names. FAILED_PRECONDITION for settings that
// make no sense together, and for tokens that would cross a network in the
// clear unless config.insecure_tokens; else the errors of TlsCertificates and
// Authenticator. Logs a warning when there is no protection at all.
absl::StatusOr<Protection> OpenProtection(const ServerConfig& config,
                                          const Clock& clock);

// When the certificate in force expires; nullopt without TLS.
std::optional<absl::Time> CertificateExpiry(const Protection& protection);

}  // namespace animate

#endif  // ANIMATE_SERVER_PROTECTION_H_
