#ifndef ANIMATE_SERVER_SECURITY_ACCESS_TOKEN_H_
#define ANIMATE_SERVER_SECURITY_ACCESS_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace animate {

// Returns a new token, "ani_" and 64 hex digits: 256 bits from the system's
// source of randomness, so that an unsalted hash of it cannot be searched.
// INTERNAL when that source fails.
absl::StatusOr<std::string> NewAccessToken();

// Returns the token of `authorization`, "Bearer TOKEN" (the scheme in any case,
// as RFC 9110 wants); "" when there is none.
absl::string_view BearerToken(absl::string_view authorization);

// Whether two hashes are equal, in a time that depends on their length only.
bool SameHash(absl::string_view a, absl::string_view b);

}  // namespace animate

#endif  // ANIMATE_SERVER_SECURITY_ACCESS_TOKEN_H_
