#ifndef ANIMATE_ENGINE_TRAINING_REPLACED_FOLDER_H_
#define ANIMATE_ENGINE_TRAINING_REPLACED_FOLDER_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "engine/weights/atomic_folder.h"

namespace animate {

// Lets `fill` make a folder that takes the place of `path`, and of what is
// there, in one step once it is complete. Until then, and after any error, the
// earlier folder stands. `needed_bytes` as AtomicFolder::Create; returns the
// errors of `fill` and of the file system.
absl::Status WriteReplacedFolder(
    const std::string& path, uint64_t needed_bytes,
    absl::FunctionRef<absl::Status(const AtomicFolder&)> fill);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_REPLACED_FOLDER_H_
