#ifndef ANIMATE_TOOLS_MODEL_INSPECT_H_
#define ANIMATE_TOOLS_MODEL_INSPECT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/weights/model_folder.h"

namespace animate {

// One tensor of a checkpoint.
struct TensorReport {
  std::string key;
  std::string dtype;  // As safetensors names it: "F16".
  std::vector<int64_t> shape;
  int64_t elements = 0;
};

// Tensors below one place in the tree of modules: "down_blocks.0", "conv_in".
struct ModuleReport {
  std::string name;
  int64_t keys = 0;
  int64_t parameters = 0;
  // The key with the most elements, relative to `name`, and its shape.
  TensorReport largest;
};

// The weights of one network.
struct NetworkReport {
  std::string network;  // "denoising UNet"
  std::string file;     // Relative to the folder.
  // When not OK, why the file could not be read; the rest is then empty.
  absl::Status status;
  std::string format;
  uint64_t size_bytes = 0;  // With the shards of an index.
  int64_t parameters = 0;   // Elements of all tensors, buffers included.
  std::map<std::string, int64_t> elements_by_dtype;
  std::vector<TensorReport> tensors;
  std::vector<ModuleReport> modules;
};

struct ModelReport {
  std::string path;
  std::vector<NetworkReport> networks;
  // Files that are not weights.
  std::vector<std::string> configuration;
  // All files; empty when not hashed.
  std::vector<FileDigest> digests;
  // Of a folder, see ModelDigest.
  std::string model_digest;

  // Whether every network could be read.
  bool ok() const;
};

struct InspectOptions {
  // Computes digests, which reads every byte of every file.
  bool hash = true;
  // Called with the name of each file before it is hashed.
  std::function<void(absl::string_view file)> on_hash = nullptr;
};

// Reads the model folder, or the single checkpoint, at `path`. An unreadable
// checkpoint is reported in its place; errors are those of FindModelFolder and
// of hashing.
absl::StatusOr<ModelReport> InspectModel(const std::string& path,
                                         const InspectOptions& options = {});

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_INSPECT_H_
