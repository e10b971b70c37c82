#ifndef ANIMATE_SERVER_SECURITY_AUTH_FILE_H_
#define ANIMATE_SERVER_SECURITY_AUTH_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/queue/principal_quota.h"

namespace animate {

// Stands for every principal that has no line of its own; certificates only.
inline constexpr char kAnyPrincipal[] = "*";

// One line of the file of those who may call.
struct AuthEntry {
  std::string principal;
  // SHA-256 of the token, 32 bytes; "": the principal shows a certificate.
  std::string token_hash;
  bool admin = false;  // sees and stops everybody's jobs
  PrincipalQuota quota;
  absl::Time expire_time = absl::InfiniteFuture();  // not valid from then on

  bool is_certificate() const { return token_hash.empty(); }
};

// Reads the text of an --auth-file. A line is
//
//   PRINCIPAL CREDENTIAL [OPTION...]     # comment
//
// CREDENTIAL is `sha256:` and the 64 hex digits of the SHA-256 of a token, or
// `certificate` for whoever has a client certificate of that name (PRINCIPAL
// may then be `*`, anybody's). OPTIONs: `admin`, `waiting=N`, `unfinished=N`,
// `per-minute=N`, `bytes=SIZE` (4GiB), `expires=2026-12-31` (from midnight UTC
// of that day on) or `expires=2026-12-31T18:00:00Z`.
//
// A principal may have several lines, to change its token without a gap; apart
// from CREDENTIAL and expires they must say the same. INVALID_ARGUMENT naming
// the line, but not what stands in it, which may be a secret. At most 4 MiB and
// 10000 entries.
absl::StatusOr<std::vector<AuthEntry>> ParseAuthFile(absl::string_view text);

}  // namespace animate

#endif  // ANIMATE_SERVER_SECURITY_AUTH_FILE_H_
