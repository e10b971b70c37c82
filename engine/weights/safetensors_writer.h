#ifndef ANIMATE_ENGINE_WEIGHTS_SAFETENSORS_WRITER_H_
#define ANIMATE_ENGINE_WEIGHTS_SAFETENSORS_WRITER_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "engine/tensor/parameters.h"

namespace animate {

// Writes `tensors`, from any device and with any strides, as a safetensors
// file that replaces `path` in one step (see AtomicFile). The same input gives
// the same bytes; every tensor is aligned to its element size.
// INVALID_ARGUMENT for a dtype the format lacks, the name "__metadata__" or
// text that is not UTF-8; otherwise what writing can meet.
absl::Status SaveSafetensors(
    const std::string& path, const StateDict& tensors,
    const std::map<std::string, std::string>& metadata = {});

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_SAFETENSORS_WRITER_H_
