#ifndef ANIMATE_ENGINE_WEIGHTS_TORCH_REBUILD_H_
#define ANIMATE_ENGINE_WEIGHTS_TORCH_REBUILD_H_

#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/tensor/parameters.h"
#include "engine/weights/pickle_vm.h"

namespace animate {

// The classes a checkpoint may name; everything else is refused.
absl::Span<const absl::string_view> AllowedTorchGlobals();

// A storage as the pickle announces it.
struct TorchStorage {
  at::ScalarType dtype = at::ScalarType::Undefined;
  int64_t count = 0;
};

// Returns every storage that `pickle` refers to, by key.
// FAILED_PRECONDITION for a malformed reference or two that disagree.
absl::StatusOr<std::map<std::string, TorchStorage>> FindTorchStorages(
    const Pickle& pickle);

// Builds the tensors of the state dict in `pickle` as views of `storages` (one
// flat tensor per key of FindTorchStorages). The state dict is the root or its
// entry "state_dict"; a dict "animatediff_config" inside it, as in
// v3_sd15_mm.ckpt, is left out. FAILED_PRECONDITION when it is not a dict from
// distinct strings to tensors or parameters, or when a tensor reaches outside
// its storage or has more elements than it.
absl::StatusOr<StateDict> RebuildStateDict(
    const Pickle& pickle, const std::map<std::string, at::Tensor>& storages);

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_TORCH_REBUILD_H_
