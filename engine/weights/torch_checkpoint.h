#ifndef ANIMATE_ENGINE_WEIGHTS_TORCH_CHECKPOINT_H_
#define ANIMATE_ENGINE_WEIGHTS_TORCH_CHECKPOINT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/tensor/parameters.h"
#include "engine/weights/shared_bytes.h"

namespace animate {

// Whether `file` begins like a zip archive, or like what torch.save wrote
// before version 1.6.
bool IsTorchZip(absl::Span<const uint8_t> file);
bool IsLegacyTorchFile(absl::Span<const uint8_t> file);

// Reads what Python's torch.save wrote: a dict or OrderedDict of tensors and
// parameters, or a dict that holds one as "state_dict". Nothing in the file is
// executed; see ReadPickle and RebuildStateDict for what is refused. Tensors
// lie on the CPU, share storage as in the file, point into `file` and keep it
// alive. FAILED_PRECONDITION for any other content, a big-endian or truncated
// file. (LibTorch's own readers cannot read these files: they know neither
// OrderedDict nor the old format.)
absl::StatusOr<StateDict> ReadTorchZip(const SharedBytes& file);
absl::StatusOr<StateDict> ReadLegacyTorchFile(const SharedBytes& file);

// Maps and reads the file at `path`, of either kind. Messages begin with the
// path.
absl::StatusOr<StateDict> LoadTorchCheckpoint(const std::string& path);

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_TORCH_CHECKPOINT_H_
