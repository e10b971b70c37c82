#ifndef ANIMATE_SERVER_SECURITY_AUTHENTICATOR_H_
#define ANIMATE_SERVER_SECURITY_AUTHENTICATOR_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/base/clock.h"
#include "engine/base/mutex.h"
#include "server/queue/principal_quota.h"
#include "server/security/auth_file.h"

namespace animate {

// What a call brought to show who makes it.
struct Credentials {
  absl::string_view authorization;  // of the metadata; "" for none

  // Of the client certificate, which TLS has verified: its subject's CN, or its
  // first subject alternative name where it has no CN. "": no certificate.
  std::string certificate_name;
};

// Who makes a call.
struct Caller {
  std::string principal;  // "" when nobody is asked
  bool admin = false;

  std::string token_hash;  // of the token shown; "" for a certificate
};

// Knows who may call. Reads its file again when that has changed; what cannot
// be read, or makes no sense, leaves what was known before in force, and is
// logged. Thread-safe.
class Authenticator {
 public:
  struct Options {
    // "": whoever has a certificate of the right authority may call, under its
    // name, without rights or quotas beyond the usual.
    std::string auth_file;
  };

  // INVALID_ARGUMENT, NOT_FOUND or FAILED_PRECONDITION naming the file, line
  // and fault. Logs a warning when others may read the file.
  static absl::StatusOr<std::unique_ptr<Authenticator>> Open(
      const Options& options, const Clock& clock = Clock::Real());

  // UNAUTHENTICATED with reason TOKEN_MISSING, TOKEN_INVALID or TOKEN_EXPIRED,
  // the message of which repeats nothing of what was sent. A token counts for
  // more than a certificate.
  absl::StatusOr<Caller> Authenticate(const Credentials& credentials);

  // Whether what `caller` was let in by still holds: UNAUTHENTICATED with
  // reason TOKEN_INVALID (the line is gone) or TOKEN_EXPIRED.
  absl::Status Recheck(const Caller& caller);

  // None for a principal that is not known (any more).
  PrincipalQuota QuotaOf(const std::string& principal);

 private:
  Authenticator(const Options& options, const Clock& clock)
      : options_(options), clock_(clock) {}

  absl::StatusOr<std::vector<AuthEntry>> Read() const;
  void ReloadIfChanged() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Caller> ByToken(absl::string_view token) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Caller> ByCertificate(const std::string& name) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Caller> Admit(const AuthEntry& entry,
                               const std::string& principal) const;
  const AuthEntry* FindToken(absl::string_view hash) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  const AuthEntry* FindCertificate(const std::string& principal) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  const Clock& clock_;
  Mutex mutex_;
  std::string signature_ ABSL_GUARDED_BY(mutex_);  // of what was tried last
  std::vector<AuthEntry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SECURITY_AUTHENTICATOR_H_
