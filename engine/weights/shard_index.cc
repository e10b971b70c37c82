#include "engine/weights/shard_index.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/weights/weights_error.h"

namespace animate {
namespace {

constexpr size_t kMaxIndexBytes = 64 << 20;

bool IsPlainFileName(absl::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         !absl::StrContains(name, '/') && !absl::StrContains(name, '\\') &&
         !absl::StrContains(name, '\0');
}

}  // namespace

absl::StatusOr<ShardIndex> ParseShardIndex(absl::Span<const uint8_t> json) {
  if (json.size() > kMaxIndexBytes) {
    return WeightsError(absl::StrCat("the index of shards has ", json.size(),
                                     " bytes, at most ", kMaxIndexBytes));
  }
  const nlohmann::json parsed =
      nlohmann::json::parse(json.begin(), json.end(), /*cb=*/nullptr,
                            /*allow_exceptions=*/false);
  const auto map =
      parsed.is_object() ? parsed.find("weight_map") : parsed.end();
  if (!parsed.is_object() || map == parsed.end() || !map->is_object() ||
      map->empty()) {
    return WeightsError("the index of shards has no weight_map");
  }
  ShardIndex index;
  for (const auto& [key, file] : map->items()) {
    if (!file.is_string() ||
        !IsPlainFileName(file.get_ref<const std::string&>())) {
      return WeightsError(absl::StrCat(
          "the index of shards must name files in its own folder: \"", key,
          "\" does not"));
    }
    index[file.get<std::string>()].insert(key);
  }
  return index;
}

}  // namespace animate
