#ifndef ANIMATE_ENGINE_WEIGHTS_SAFETENSORS_H_
#define ANIMATE_ENGINE_WEIGHTS_SAFETENSORS_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "engine/tensor/parameters.h"
#include "engine/weights/shared_bytes.h"

namespace animate {

struct Safetensors {
  StateDict tensors;
  // The file's __metadata__; empty when it has none.
  std::map<std::string, std::string> metadata;
};

// Reads a safetensors file held in `file`. Tensors lie on the CPU, point into
// `file` and keep it alive; one that is not aligned to its element size is
// copied. Errors: see ParseSafetensorsHeader.
absl::StatusOr<Safetensors> ReadSafetensors(const SharedBytes& file);

// Maps and reads the file at `path`: see MapFile and ReadSafetensors. Messages
// begin with the path.
absl::StatusOr<StateDict> LoadSafetensors(const std::string& path);

// Returns the __metadata__ of the file at `path`.
absl::StatusOr<std::map<std::string, std::string>> LoadSafetensorsMetadata(
    const std::string& path);

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_SAFETENSORS_H_
