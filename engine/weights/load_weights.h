#ifndef ANIMATE_ENGINE_WEIGHTS_LOAD_WEIGHTS_H_
#define ANIMATE_ENGINE_WEIGHTS_LOAD_WEIGHTS_H_

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/tensor/parameters.h"
#include "engine/weights/shared_bytes.h"
#include "engine/weights/state_dict.h"

namespace animate {

struct LoadOptions {
  c10::Device device = c10::Device(c10::kCPU);
  c10::ScalarType dtype = c10::kFloat;
};

struct LoadedWeights {
  StateDict tensors;
  // The files that some of the tensors point into.
  std::vector<SharedBytes> mappings;
};

// Loads the weights at `path` (see LoadCheckpoint) to compute with: floating-
// point tensors in `options.dtype` on `options.device`, others as they are.
// Tensors that the file already has so are not copied: they point into the
// mapped file, whose pages have been read. The others are converted one after
// another in the order of the file, and the pages of each are given back, so
// that resident memory exceeds the result by one tensor. Errors: those of
// LoadCheckpoint, and RESOURCE_EXHAUSTED when memory runs out.
absl::StatusOr<LoadedWeights> LoadWeights(const std::string& path,
                                          const LoadOptions& options);

// Gives back the memory of every tensor that nobody else holds, such as those a
// network has rearranged into tensors of its own: the others of the same file
// would keep its pages resident.
void GiveBackUnused(LoadedWeights weights);

// The keys of `checkpoint` in the order in which the files have the tensors.
std::vector<std::string> KeysInFileOrder(const Checkpoint& checkpoint);

// Calls `visit` with the tensors at `keys`, in that order, while what follows
// is being read from disk. After each, gives back the tensor's memory if
// `visit` returned true, and else reads the whole tensor. Stops at the first
// error.
absl::Status VisitTensors(const Checkpoint& checkpoint,
                          const std::vector<std::string>& keys,
                          absl::FunctionRef<absl::StatusOr<bool>(
                              const std::string& key, const at::Tensor& tensor)>
                              visit);

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_LOAD_WEIGHTS_H_
