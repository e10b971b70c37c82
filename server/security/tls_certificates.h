#ifndef ANIMATE_SERVER_SECURITY_TLS_CERTIFICATES_H_
#define ANIMATE_SERVER_SECURITY_TLS_CERTIFICATES_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "engine/base/mutex.h"
#include "server/security/tls_material.h"

namespace animate {

// The certificates of a server, read again when their files have changed. Files
// that will not do leave those before in force, and are logged once.
// Thread-safe.
class TlsCertificates {
 public:
  // Errors of ReadTlsFiles. Logs a warning when others may read the key, or
  // when the certificate is not valid now.
  static absl::StatusOr<std::unique_ptr<TlsCertificates>> Open(
      const TlsFiles& files, const Clock& clock = Clock::Real());

  // The newest good ones; another object whenever they have changed.
  std::shared_ptr<const TlsMaterial> Current();

  bool wants_client_certificates() const { return !files_.client_ca.empty(); }

 private:
  TlsCertificates(const TlsFiles& files, const Clock& clock)
      : files_(files), clock_(clock) {}

  std::string Signature() const;
  absl::StatusOr<std::shared_ptr<const TlsMaterial>> Read() const;

  const TlsFiles files_;
  const Clock& clock_;
  Mutex mutex_;
  std::string signature_ ABSL_GUARDED_BY(mutex_);  // of what was tried last
  std::shared_ptr<const TlsMaterial> material_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SECURITY_TLS_CERTIFICATES_H_
