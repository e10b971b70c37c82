#ifndef ANIMATE_SERVER_SERVICE_REQUEST_DIGEST_H_
#define ANIMATE_SERVER_SERVICE_REQUEST_DIGEST_H_

#include <string>

#include "animate/v1/job.pb.h"
#include "server/queue/job.h"

namespace animate {

// Returns a SHA-256 of everything that a caller asked for, 32 bytes: the same
// for the same request, whatever the server has added to it (a seed, defaults)
// and by whichever RPC it came.
std::string RequestDigest(const animate::v1::JobSpec& spec,
                          const EncodedInputs& inputs);

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_REQUEST_DIGEST_H_
