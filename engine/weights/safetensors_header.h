#ifndef ANIMATE_ENGINE_WEIGHTS_SAFETENSORS_HEADER_H_
#define ANIMATE_ENGINE_WEIGHTS_SAFETENSORS_HEADER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <c10/core/ScalarType.h>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace animate {

// Where one tensor lies in a safetensors file.
struct SafetensorsEntry {
  at::ScalarType dtype = at::ScalarType::Undefined;
  std::vector<int64_t> shape;
  // First byte and one past the last, counted from the start of the data.
  uint64_t begin = 0;
  uint64_t end = 0;
};

struct SafetensorsHeader {
  std::map<std::string, SafetensorsEntry> tensors;
  std::map<std::string, std::string> metadata;
  // Position in the file of the first data byte.
  uint64_t data_begin = 0;
};

// Parses and checks the header of a whole safetensors file
// (https://github.com/huggingface/safetensors, "Format"). FAILED_PRECONDITION
// unless the header lies in the file and has at most 100 MB, is a JSON object
// without duplicate keys, every tensor has a known dtype and as many bytes as
// its shape needs, the tensors cover the data exactly (no gap, no overlap),
// and __metadata__ maps strings to strings.
absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(
    absl::Span<const uint8_t> file);

// Returns the safetensors name of `dtype` ("BF16"), "" when it has none that
// we read and write.
absl::string_view SafetensorsDtypeName(at::ScalarType dtype);

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_SAFETENSORS_HEADER_H_
