#ifndef ANIMATE_ENGINE_WEIGHTS_STATE_DICT_H_
#define ANIMATE_ENGINE_WEIGHTS_STATE_DICT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/tensor/parameters.h"
#include "engine/weights/shared_bytes.h"

namespace animate {

enum class CheckpointFormat {
  kSafetensors,
  // JSON that says which of several files beside it holds which key.
  kShardIndex,
  kTorchZip,
  // torch.save before version 1.6.
  kTorchLegacy,
};

// "safetensors", "safetensors shards", "torch zip", "torch legacy".
absl::string_view CheckpointFormatName(CheckpointFormat format);

struct Checkpoint {
  CheckpointFormat format = CheckpointFormat::kSafetensors;
  // The file given and, for an index, its shards.
  std::vector<std::string> files;
  StateDict tensors;
  // The bytes the tensors point into, one entry per file with tensors. A tensor
  // that lies in none of them has memory of its own.
  std::vector<SharedBytes> mappings;
  // __metadata__ of a safetensors file.
  std::map<std::string, std::string> metadata;
};

// Loads the weights at `path`, whatever its name: the first bytes decide the
// format. Tensors lie on the CPU in the dtype of the file and are read from
// disk when first touched. "module." before every key is dropped. An index
// names files in its own folder, whose keys must be exactly those it maps to
// them. Errors: see MapFile, ReadSafetensors, ReadTorchZip; messages begin
// with the path.
absl::StatusOr<Checkpoint> LoadCheckpoint(const std::string& path);

// LoadCheckpoint(path).tensors.
absl::StatusOr<StateDict> LoadStateDict(const std::string& path);

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_STATE_DICT_H_
