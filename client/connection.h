#ifndef ANIMATE_CLIENT_CONNECTION_H_
#define ANIMATE_CLIENT_CONNECTION_H_

#include "absl/status/statusor.h"
#include "client/animation_client.h"
#include "client/command.h"

namespace animate {

// Returns a client as the flags of a command want it. INVALID_ARGUMENT,
// NOT_FOUND or UNAVAILABLE for flags and files that will not do, and
// FAILED_PRECONDITION where the token would cross a network in the clear.
// Errors never show the token. Connects only when the first call needs it.
absl::StatusOr<AnimationClient> Connect(const CommonOptions& options);

}  // namespace animate

#endif  // ANIMATE_CLIENT_CONNECTION_H_
