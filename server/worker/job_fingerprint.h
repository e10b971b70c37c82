#ifndef ANIMATE_SERVER_WORKER_JOB_FINGERPRINT_H_
#define ANIMATE_SERVER_WORKER_JOB_FINGERPRINT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "engine/animation/animator.h"

namespace animate {

// Returns JobCheckpoint.fingerprint: equal where the frames of a job are equal
// to the bit. `build` is version and commit of the program. From the input it
// has a digest of the decoded pictures, so that it holds whatever has made them
// (decoders, detector, fitting). In words, for the log that says what changed.
std::string JobFingerprint(absl::string_view build, const ModelInfo& model,
                           const AnimationInput& input);

}  // namespace animate

#endif  // ANIMATE_SERVER_WORKER_JOB_FINGERPRINT_H_
