#ifndef ANIMATE_ENGINE_TRAINING_ADOPT_RUN_H_
#define ANIMATE_ENGINE_TRAINING_ADOPT_RUN_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "engine/training/run_checkpoint.h"

namespace animate {

// OK when every setting of `are` has the same value in `were`; else
// FAILED_PRECONDITION, reason SETTINGS_CHANGED, that lists all differences.
absl::Status CheckSameSettings(const std::map<std::string, std::string>& were,
                               const std::map<std::string, std::string>& are);

// Copies the tensors of `from` into those of `into`, whose handles others hold.
// FAILED_PRECONDITION, reason CHECKPOINT_MISMATCH, when keys or shapes differ;
// nothing is copied then. Throws c10::Error.
absl::Status CopyRunTensors(const RunState& from, const RunState& into);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_ADOPT_RUN_H_
