#include "engine/weights/safetensors.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/weights/byte_tensor.h"
#include "engine/weights/safetensors_header.h"
#include "engine/weights/weights_error.h"

namespace animate {

absl::StatusOr<Safetensors> ReadSafetensors(const SharedBytes& file) {
  ANIMATE_ASSIGN_OR_RETURN(SafetensorsHeader header,
                           ParseSafetensorsHeader(file.bytes));
  Safetensors result;
  for (const auto& [name, entry] : header.tensors) {
    absl::StatusOr<at::Tensor> tensor = TensorOverBytes(
        file, static_cast<int64_t>(header.data_begin + entry.begin),
        entry.shape, entry.dtype);
    if (!tensor.ok()) {
      return InFile(absl::StrCat("\"", name, "\""), tensor.status());
    }
    result.tensors.emplace(name, *std::move(tensor));
  }
  result.metadata = std::move(header.metadata);
  return result;
}

absl::StatusOr<StateDict> LoadSafetensors(const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(const SharedBytes file, MapFile(path));
  absl::StatusOr<Safetensors> result = ReadSafetensors(file);
  if (!result.ok()) {
    return InFile(path, result.status());
  }
  return std::move(result->tensors);
}

absl::StatusOr<std::map<std::string, std::string>> LoadSafetensorsMetadata(
    const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(const SharedBytes file, MapFile(path));
  absl::StatusOr<SafetensorsHeader> header = ParseSafetensorsHeader(file.bytes);
  if (!header.ok()) {
    return InFile(path, header.status());
  }
  return std::move(header->metadata);
}

}  // namespace animate
