#ifndef ANIMATE_SERVER_WARM_UP_H_
#define ANIMATE_SERVER_WARM_UP_H_

#include "absl/status/status.h"
#include "engine/animation/animator.h"
#include "engine/base/cancellation.h"

namespace animate {

// Runs one tiny animation through every network and throws it away, so that the
// first client does not wait for lazy initialisation, and a model that loads
// but cannot run is found out before the server says it is ready.
absl::Status WarmUp(Animator& animator, const Limits& limits,
                    const CancellationToken& token);

// `limits` narrowed to what the model can do.
Limits NarrowToModel(Limits limits, const ModelInfo& model);

}  // namespace animate

#endif  // ANIMATE_SERVER_WARM_UP_H_
