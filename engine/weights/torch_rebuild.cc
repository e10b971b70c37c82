#include "engine/weights/torch_rebuild.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/tensor/torch_status.h"
#include "engine/weights/byte_tensor.h"
#include "engine/weights/weights_error.h"

namespace animate {
namespace {

using Kind = PickleValue::Kind;

constexpr absl::string_view kRebuildTensor = "torch._utils _rebuild_tensor_v2";
constexpr absl::string_view kRebuildParameter =
    "torch._utils _rebuild_parameter";
constexpr absl::string_view kAllowed[] = {
    kRebuildTensor,       kRebuildParameter,   "torch DoubleStorage",
    "torch FloatStorage", "torch HalfStorage", "torch BFloat16Storage",
    "torch LongStorage",  "torch IntStorage",  "torch ShortStorage",
    "torch CharStorage",  "torch ByteStorage", "torch BoolStorage",
};
constexpr std::pair<absl::string_view, at::ScalarType> kStorageTypes[] = {
    {"torch DoubleStorage", at::ScalarType::Double},
    {"torch FloatStorage", at::ScalarType::Float},
    {"torch HalfStorage", at::ScalarType::Half},
    {"torch BFloat16Storage", at::ScalarType::BFloat16},
    {"torch LongStorage", at::ScalarType::Long},
    {"torch IntStorage", at::ScalarType::Int},
    {"torch ShortStorage", at::ScalarType::Short},
    {"torch CharStorage", at::ScalarType::Char},
    {"torch ByteStorage", at::ScalarType::Byte},
    {"torch BoolStorage", at::ScalarType::Bool},
};
// What AnimateDiff v3 keeps among its tensors: settings of its training.
constexpr absl::string_view kAnimateDiffConfig = "animatediff_config";
constexpr size_t kMaxTensorDimensions = 64;
constexpr size_t kMaxStorageKey = 64;

at::ScalarType DtypeOf(absl::string_view storage_class) {
  for (const auto& [name, dtype] : kStorageTypes) {
    if (name == storage_class) {
      return dtype;
    }
  }
  return at::ScalarType::Undefined;
}

struct StorageReference {
  std::string key;
  TorchStorage storage;
};

// Reads ("storage", type, key, location, count[, view]), the persistent id of
// torch/serialization.py; `view` is of files older than torch 0.4.
absl::StatusOr<StorageReference> ParseReference(const PickleValue& value) {
  const auto malformed = [] {
    return WeightsError("a reference to a storage is malformed");
  };
  if (value.kind != Kind::kPersistentId ||
      value.items[0]->kind != Kind::kTuple) {
    return malformed();
  }
  const std::vector<const PickleValue*>& id = value.items[0]->items;
  if (id.size() < 5 || id.size() > 6 || id[0]->kind != Kind::kString ||
      id[0]->text != "storage" || id[1]->kind != Kind::kGlobal ||
      id[2]->kind != Kind::kString || id[2]->text.size() > kMaxStorageKey ||
      id[3]->kind != Kind::kString || id[4]->kind != Kind::kInt) {
    return malformed();
  }
  if (id.size() == 6 && id[5]->kind != Kind::kNone) {
    return WeightsError("views of storages (torch before 0.4) are not read");
  }
  StorageReference reference = {
      .key = id[2]->text,
      .storage = {.dtype = DtypeOf(id[1]->text), .count = id[4]->integer}};
  if (reference.storage.dtype == at::ScalarType::Undefined ||
      !ByteCount(reference.storage.count, reference.storage.dtype)) {
    return malformed();
  }
  return reference;
}

absl::StatusOr<std::vector<int64_t>> ParseSizes(const PickleValue& value) {
  std::vector<int64_t> sizes;
  if (value.kind != Kind::kTuple || value.items.size() > kMaxTensorDimensions) {
    return WeightsError("the size or stride is not a short tuple");
  }
  for (const PickleValue* item : value.items) {
    if (item->kind != Kind::kInt || item->integer < 0) {
      return WeightsError("a size or stride is not a number of at least 0");
    }
    sizes.push_back(item->integer);
  }
  return sizes;
}

// Checks that every element lies in a storage of `available` elements.
absl::Status CheckView(const std::vector<int64_t>& size,
                       const std::vector<int64_t>& stride, int64_t offset,
                       int64_t available) {
  const std::optional<int64_t> count = ElementCount(size);
  if (size.size() != stride.size() || offset < 0 || offset > available ||
      !count) {
    return WeightsError(
        absl::StrCat("size [", absl::StrJoin(size, ", "), "], stride [",
                     absl::StrJoin(stride, ", "), "] and offset ", offset,
                     " do not fit together or into a storage of ", available));
  }
  // An expanded tensor would grow without bound when it is converted.
  if (*count > available) {
    return WeightsError(absl::StrCat("the tensor has ", *count,
                                     " elements, its storage ", available));
  }
  int64_t last = offset;
  for (size_t i = 0; i < size.size() && *count > 0; ++i) {
    int64_t step = 0;
    if (__builtin_mul_overflow(size[i] - 1, stride[i], &step) ||
        __builtin_add_overflow(last, step, &last)) {
      return WeightsError(
          absl::StrCat("size [", absl::StrJoin(size, ", "), "] and stride [",
                       absl::StrJoin(stride, ", "),
                       "] overflow, the storage has ", available));
    }
  }
  if (*count > 0 && last >= available) {
    return WeightsError(absl::StrCat("the tensor's last element is number ",
                                     last, ", its storage has ", available));
  }
  return absl::OkStatus();
}

// Reads _rebuild_tensor_v2(storage, offset, size, stride, requires_grad,
// backward_hooks[, metadata]).
absl::StatusOr<at::Tensor> RebuildTensor(
    const std::vector<const PickleValue*>& arguments,
    const std::map<std::string, at::Tensor>& storages) {
  if (arguments.size() < 6 || arguments.size() > 7 ||
      arguments[1]->kind != Kind::kInt) {
    return WeightsError("a tensor has unexpected arguments");
  }
  ANIMATE_ASSIGN_OR_RETURN(const StorageReference reference,
                           ParseReference(*arguments[0]));
  ANIMATE_ASSIGN_OR_RETURN(const std::vector<int64_t> size,
                           ParseSizes(*arguments[2]));
  ANIMATE_ASSIGN_OR_RETURN(const std::vector<int64_t> stride,
                           ParseSizes(*arguments[3]));
  const auto storage = storages.find(reference.key);
  if (storage == storages.end()) {
    return WeightsError(absl::StrCat("storage ", reference.key, " is missing"));
  }
  const int64_t offset = arguments[1]->integer;
  ANIMATE_RETURN_IF_ERROR(
      CheckView(size, stride, offset, storage->second.numel()));
  return CallTorch("view storage", [&]() -> at::Tensor {
    return storage->second.as_strided(size, stride, offset);
  });
}

absl::StatusOr<at::Tensor> RebuildEntry(
    const PickleValue& value,
    const std::map<std::string, at::Tensor>& storages) {
  const PickleValue* tensor = &value;
  if (tensor->kind == Kind::kCall && tensor->text == kRebuildParameter &&
      !tensor->items[0]->items.empty()) {
    tensor = tensor->items[0]->items[0];
  }
  if (tensor->kind != Kind::kCall || tensor->text != kRebuildTensor) {
    return WeightsError("is not a tensor");
  }
  return RebuildTensor(tensor->items[0]->items, storages);
}

// Returns the dict itself or the one it nests as "state_dict".
const PickleValue* FindStateDict(const PickleValue& root) {
  if (root.kind != Kind::kDict) {
    return nullptr;
  }
  for (size_t i = 0; i + 1 < root.items.size(); i += 2) {
    if (root.items[i]->kind == Kind::kString &&
        root.items[i]->text == "state_dict" &&
        root.items[i + 1]->kind == Kind::kDict) {
      return root.items[i + 1];
    }
  }
  return &root;
}

}  // namespace

absl::Span<const absl::string_view> AllowedTorchGlobals() { return kAllowed; }

absl::StatusOr<std::map<std::string, TorchStorage>> FindTorchStorages(
    const Pickle& pickle) {
  std::map<std::string, TorchStorage> storages;
  for (const PickleValue& value : pickle.values) {
    if (value.kind != Kind::kPersistentId) {
      continue;
    }
    ANIMATE_ASSIGN_OR_RETURN(const StorageReference reference,
                             ParseReference(value));
    const auto [known, inserted] =
        storages.emplace(reference.key, reference.storage);
    if (!inserted && (known->second.dtype != reference.storage.dtype ||
                      known->second.count != reference.storage.count)) {
      return WeightsError(absl::StrCat("references to storage ", reference.key,
                                       " disagree on type or size"));
    }
  }
  return storages;
}

absl::StatusOr<StateDict> RebuildStateDict(
    const Pickle& pickle, const std::map<std::string, at::Tensor>& storages) {
  const PickleValue* dict = FindStateDict(*pickle.root);
  if (dict == nullptr) {
    return WeightsError("the file does not hold a state dict");
  }
  StateDict state_dict;
  for (size_t i = 0; i + 1 < dict->items.size(); i += 2) {
    const PickleValue& key = *dict->items[i];
    if (key.kind != Kind::kString) {
      return WeightsError("a key of the state dict is not a string");
    }
    if (key.text == kAnimateDiffConfig &&
        dict->items[i + 1]->kind == Kind::kDict) {
      continue;
    }
    absl::StatusOr<at::Tensor> tensor =
        RebuildEntry(*dict->items[i + 1], storages);
    if (!tensor.ok()) {
      return InFile(absl::StrCat("\"", key.text, "\""), tensor.status());
    }
    if (!state_dict.emplace(key.text, *std::move(tensor)).second) {
      return WeightsError(
          absl::StrCat("\"", key.text, "\" occurs more than once"));
    }
  }
  return state_dict;
}

}  // namespace animate
