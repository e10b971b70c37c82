#include "engine/weights/state_dict.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/weights/byte_order.h"
#include "engine/weights/key_mapping.h"
#include "engine/weights/safetensors.h"
#include "engine/weights/shard_index.h"
#include "engine/weights/shared_bytes.h"
#include "engine/weights/torch_checkpoint.h"
#include "engine/weights/weights_error.h"

namespace animate {
namespace {

std::optional<CheckpointFormat> DetectFormat(absl::Span<const uint8_t> file) {
  if (IsTorchZip(file)) {
    return CheckpointFormat::kTorchZip;
  }
  if (IsLegacyTorchFile(file)) {
    return CheckpointFormat::kTorchLegacy;
  }
  if (file.size() > 8 && file[8] == '{' && file[0] != '{') {
    return CheckpointFormat::kSafetensors;
  }
  // A header length that happens to begin with the byte of '{'.
  if (file.size() > 8 && file[8] == '{' &&
      LoadLittleEndian<uint64_t>(file.data()) <= file.size() - 8) {
    return CheckpointFormat::kSafetensors;
  }
  if (file[0] == '{') {
    return CheckpointFormat::kShardIndex;
  }
  return std::nullopt;
}

absl::StatusOr<Checkpoint> ReadOneFile(CheckpointFormat format,
                                       const SharedBytes& file) {
  Checkpoint checkpoint = {.format = format, .mappings = {file}};
  if (format == CheckpointFormat::kSafetensors) {
    ANIMATE_ASSIGN_OR_RETURN(Safetensors read, ReadSafetensors(file));
    checkpoint.tensors = std::move(read.tensors);
    checkpoint.metadata = std::move(read.metadata);
  } else if (format == CheckpointFormat::kTorchZip) {
    ANIMATE_ASSIGN_OR_RETURN(checkpoint.tensors, ReadTorchZip(file));
  } else {
    ANIMATE_ASSIGN_OR_RETURN(checkpoint.tensors, ReadLegacyTorchFile(file));
  }
  return checkpoint;
}

absl::StatusOr<Checkpoint> LoadShard(const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(const SharedBytes file, MapFile(path));
  const std::optional<CheckpointFormat> format = DetectFormat(file.bytes);
  if (!format || *format == CheckpointFormat::kShardIndex) {
    return WeightsError(absl::StrCat(
        path, ": neither a safetensors file nor one of torch.save"));
  }
  absl::StatusOr<Checkpoint> checkpoint = ReadOneFile(*format, file);
  if (!checkpoint.ok()) {
    return InFile(path, checkpoint.status());
  }
  return checkpoint;
}

// Moves the tensors of one shard into `all`; its keys must be exactly `keys`.
absl::Status AddShard(const std::string& path,
                      const std::set<std::string>& keys, Checkpoint& all) {
  ANIMATE_ASSIGN_OR_RETURN(Checkpoint shard, LoadShard(path));
  for (const std::string& key : keys) {
    if (!shard.tensors.contains(key)) {
      return WeightsError(absl::StrCat(path, ": the index promises \"", key,
                                       "\", which is missing"));
    }
  }
  for (auto& [key, tensor] : shard.tensors) {
    if (!keys.contains(key)) {
      return WeightsError(absl::StrCat(path, ": \"", key,
                                       "\" is not in the index for this file"));
    }
    all.tensors.emplace(key, std::move(tensor));
  }
  all.files.push_back(path);
  all.mappings.push_back(shard.mappings.front());
  return absl::OkStatus();
}

absl::StatusOr<Checkpoint> LoadShards(const std::string& path,
                                      const SharedBytes& file) {
  absl::StatusOr<ShardIndex> index = ParseShardIndex(file.bytes);
  if (!index.ok()) {
    return InFile(path, index.status());
  }
  const std::filesystem::path folder =
      std::filesystem::path(path).parent_path();
  Checkpoint checkpoint = {.format = CheckpointFormat::kShardIndex,
                           .files = {path}};
  for (const auto& [name, keys] : *index) {
    const std::string shard = (folder / name).string();
    ANIMATE_RETURN_IF_ERROR(AddShard(shard, keys, checkpoint));
  }
  return checkpoint;
}

}  // namespace

absl::string_view CheckpointFormatName(CheckpointFormat format) {
  switch (format) {
    case CheckpointFormat::kSafetensors:
      return "safetensors";
    case CheckpointFormat::kShardIndex:
      return "safetensors shards";
    case CheckpointFormat::kTorchZip:
      return "torch zip";
    case CheckpointFormat::kTorchLegacy:
      return "torch legacy";
  }
  return "";
}

absl::StatusOr<Checkpoint> LoadCheckpoint(const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(const SharedBytes file, MapFile(path));
  const std::optional<CheckpointFormat> format = DetectFormat(file.bytes);
  if (!format) {
    return WeightsError(absl::StrCat(
        path,
        ": neither a safetensors file, nor one of torch.save, nor an index of "
        "shards"));
  }
  absl::StatusOr<Checkpoint> checkpoint =
      *format == CheckpointFormat::kShardIndex ? LoadShards(path, file)
                                               : ReadOneFile(*format, file);
  if (!checkpoint.ok()) {
    return *format == CheckpointFormat::kShardIndex
               ? checkpoint.status()
               : InFile(path, checkpoint.status());
  }
  if (checkpoint->files.empty()) {
    checkpoint->files = {path};
  }
  checkpoint->tensors = WithoutModulePrefix(std::move(checkpoint->tensors));
  return checkpoint;
}

absl::StatusOr<StateDict> LoadStateDict(const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(Checkpoint checkpoint, LoadCheckpoint(path));
  return std::move(checkpoint.tensors);
}

}  // namespace animate
