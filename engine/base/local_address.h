#ifndef ANIMATE_ENGINE_BASE_LOCAL_ADDRESS_H_
#define ANIMATE_ENGINE_BASE_LOCAL_ADDRESS_H_

#include "absl/strings/string_view.h"

namespace animate {

// Whether only this machine can reach `address`: "host:port", "[::1]:port" or
// "unix:/path". A name other than localhost counts as reachable from outside:
// what it means is not known here.
bool IsLocalAddress(absl::string_view address);

}  // namespace animate

#endif  // ANIMATE_ENGINE_BASE_LOCAL_ADDRESS_H_
