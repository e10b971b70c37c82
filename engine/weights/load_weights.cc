#include "engine/weights/load_weights.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "engine/base/status_macros.h"
#include "engine/tensor/torch_status.h"
#include "engine/weights/shared_bytes.h"

namespace animate {
namespace {

// How much is asked of the disk before it is needed.
constexpr size_t kAheadBytes = size_t{64} << 20;

// Where a tensor's bytes lie.
struct Extent {
  const SharedBytes* file = nullptr;  // Null: in memory of its own.
  const uint8_t* begin = nullptr;
  size_t size = 0;
};

// The bytes from the tensor's first element to its last, strides included.
size_t SpanBytes(const at::Tensor& tensor) {
  if (tensor.numel() == 0) return 0;
  int64_t last = 0;
  for (int64_t i = 0; i < tensor.dim(); ++i) {
    last += (tensor.size(i) - 1) * tensor.stride(i);
  }
  return static_cast<size_t>(last + 1) * tensor.element_size();
}

Extent ExtentOf(const std::vector<SharedBytes>& mappings,
                const at::Tensor& tensor) {
  Extent extent = {
      .begin = static_cast<const uint8_t*>(tensor.const_data_ptr()),
      .size = SpanBytes(tensor)};
  for (const SharedBytes& file : mappings) {
    if (extent.begin >= file.bytes.data() &&
        extent.begin < file.bytes.data() + file.bytes.size()) {
      extent.file = &file;
    }
  }
  return extent;
}

}  // namespace

std::vector<std::string> KeysInFileOrder(const Checkpoint& checkpoint) {
  std::map<std::string, Extent> extents;
  std::vector<std::string> keys;
  for (const auto& [key, tensor] : checkpoint.tensors) {
    extents.emplace(key, ExtentOf(checkpoint.mappings, tensor));
    keys.push_back(key);
  }
  const auto place = [&extents](const std::string& key) {
    const Extent& extent = extents.at(key);
    return std::pair(extent.file, extent.begin);
  };
  std::stable_sort(keys.begin(), keys.end(),
                   [&](const std::string& a, const std::string& b) {
                     return place(a) < place(b);
                   });
  return keys;
}

absl::Status VisitTensors(const Checkpoint& checkpoint,
                          const std::vector<std::string>& keys,
                          absl::FunctionRef<absl::StatusOr<bool>(
                              const std::string&, const at::Tensor&)>
                              visit) {
  size_t ahead = 0;  // The first tensor that has not been asked for.
  size_t ahead_bytes = 0;
  for (size_t i = 0; i < keys.size(); ++i) {
    const at::Tensor& tensor = checkpoint.tensors.at(keys[i]);
    const Extent extent = ExtentOf(checkpoint.mappings, tensor);
    while (ahead < keys.size() && (ahead <= i || ahead_bytes < kAheadBytes)) {
      const Extent next =
          ExtentOf(checkpoint.mappings, checkpoint.tensors.at(keys[ahead++]));
      if (next.file != nullptr) ReadAhead(*next.file, next.begin, next.size);
      ahead_bytes += next.size;
    }
    ahead_bytes -= extent.size;
    ANIMATE_ASSIGN_OR_RETURN(const bool done, visit(keys[i], tensor));
    if (extent.file == nullptr) continue;
    if (done) {
      GiveBack(*extent.file, extent.begin, extent.size);
    } else {
      ReadNow(*extent.file, extent.begin, extent.size);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<LoadedWeights> LoadWeights(const std::string& path,
                                          const LoadOptions& options) {
  ANIMATE_ASSIGN_OR_RETURN(Checkpoint checkpoint, LoadCheckpoint(path));
  LoadedWeights weights;
  ANIMATE_RETURN_IF_ERROR(VisitTensors(
      checkpoint, KeysInFileOrder(checkpoint),
      [&](const std::string& key,
          const at::Tensor& tensor) -> absl::StatusOr<bool> {
        ANIMATE_ASSIGN_OR_RETURN(
            at::Tensor loaded, CallTorch(path, [&]() -> at::Tensor {
              return tensor.is_floating_point()
                         ? tensor.to(options.device, options.dtype)
                         : tensor;
            }));
        const bool copied = !loaded.is_same(tensor);
        weights.tensors.emplace(key, std::move(loaded));
        return copied;
      }));
  weights.mappings = std::move(checkpoint.mappings);
  return weights;
}

// By value: the tensors left in it are not for use afterwards.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
void GiveBackUnused(LoadedWeights weights) {
  for (const auto& [key, tensor] : weights.tensors) {
    if (!tensor.device().is_cpu() || tensor.use_count() > 1 ||
        tensor.storage().use_count() > 1) {
      continue;
    }
    const Extent extent = ExtentOf(weights.mappings, tensor);
    if (extent.file != nullptr) {
      GiveBack(*extent.file, extent.begin, extent.size);
    }
  }
}

}  // namespace animate
