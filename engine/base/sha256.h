#ifndef ANIMATE_ENGINE_BASE_SHA256_H_
#define ANIMATE_ENGINE_BASE_SHA256_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/base/cancellation.h"

namespace animate {

// Returns the SHA-256 of `bytes`, 64 lower-case hex digits.
std::string Sha256(absl::string_view bytes);

// Returns the same as 32 bytes, as messages carry it.
std::string Sha256Bytes(absl::string_view bytes);

// Returns the SHA-256 of the file at `path`. Reads all of it: about a second
// per gigabyte. NOT_FOUND, PERMISSION_DENIED or what errno says; the reason of
// `cancel`, when given, soon after it is cancelled.
absl::StatusOr<std::string> Sha256OfFile(
    const std::string& path, const CancellationToken* cancel = nullptr);

}  // namespace animate

#endif  // ANIMATE_ENGINE_BASE_SHA256_H_
