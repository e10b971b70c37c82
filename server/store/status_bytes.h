#ifndef ANIMATE_SERVER_STORE_STATUS_BYTES_H_
#define ANIMATE_SERVER_STORE_STATUS_BYTES_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace animate {

// Returns `status` as bytes: code, message and payloads, so that the reasons
// and fields of an error (engine/base/error.h) survive with it.
std::string StatusToBytes(const absl::Status& status);

// The reverse; nullopt when `bytes` were not made by StatusToBytes.
std::optional<absl::Status> StatusFromBytes(absl::string_view bytes);

}  // namespace animate

#endif  // ANIMATE_SERVER_STORE_STATUS_BYTES_H_
