#ifndef ANIMATE_TOOLS_MODEL_CONVERT_H_
#define ANIMATE_TOOLS_MODEL_CONVERT_H_

#include <functional>
#include <optional>
#include <string>

#include <c10/core/ScalarType.h>

#include "absl/status/status.h"
#include "tools/model/written_file.h"

namespace animate {

struct ConvertOptions {
  // Of floating-point tensors; unset: each keeps its own. Others always do.
  std::optional<c10::ScalarType> dtype;
  // Called after each file.
  std::function<void(const WrittenFile&)> on_file = nullptr;
};

// Writes the model folder at `in`, whatever its formats, as a folder of one
// safetensors file per network at `out`, with copies of its configuration; or,
// when `in` is a checkpoint file, that one as the file `out`. Values that keep
// their type keep their bits. Keys are the current ones (WithCurrentVaeKeys,
// WithCurrentMotionKeys). Memory stays at about one tensor, and `out` appears
// when it is complete.
// Errors: those of FindModelFolder, LoadCheckpoint, AtomicFolder and
// SafetensorsWriter; FAILED_PRECONDITION with file and key for a value that is
// finite and would not be in float16.
absl::Status ConvertModel(const std::string& in, const std::string& out,
                          const ConvertOptions& options);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_CONVERT_H_
