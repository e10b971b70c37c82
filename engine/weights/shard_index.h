#ifndef ANIMATE_ENGINE_WEIGHTS_SHARD_INDEX_H_
#define ANIMATE_ENGINE_WEIGHTS_SHARD_INDEX_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace animate {

// File name of each shard to the keys it holds.
using ShardIndex = std::map<std::string, std::set<std::string>>;

// Parses the index of a checkpoint that is split over several files,
// "model.safetensors.index.json": {"weight_map": {key: file name}}.
// FAILED_PRECONDITION unless it is an object with a non-empty weight_map from
// keys to plain file names: shards lie beside their index.
absl::StatusOr<ShardIndex> ParseShardIndex(absl::Span<const uint8_t> json);

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_SHARD_INDEX_H_
