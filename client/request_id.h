#ifndef ANIMATE_CLIENT_REQUEST_ID_H_
#define ANIMATE_CLIENT_REQUEST_ID_H_

#include <string>

namespace animate {

// Returns a random UUID (RFC 4122, version 4): with it a request may be sent
// again when nobody knows whether it arrived.
std::string NewRequestId();

}  // namespace animate

#endif  // ANIMATE_CLIENT_REQUEST_ID_H_
