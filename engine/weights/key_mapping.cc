#include "engine/weights/key_mapping.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "engine/weights/weights_error.h"

namespace animate {
namespace {

constexpr absl::string_view kModulePrefix = "module.";

// Old and current names, diffusers' AttentionBlock and Attention.
constexpr std::pair<absl::string_view, absl::string_view> kVaeAttention[] = {
    {"query", "to_q"},
    {"key", "to_k"},
    {"value", "to_v"},
    {"proj_attn", "to_out.0"},
};

bool IsVaeProjection(absl::string_view key) {
  return absl::StrContains(key, ".attentions.") &&
         std::any_of(std::begin(kVaeAttention), std::end(kVaeAttention),
                     [key](const auto& names) {
                       return absl::EndsWith(
                           key, absl::StrCat(".", names.second, ".weight"));
                     });
}

}  // namespace

std::string CurrentVaeKey(absl::string_view key) {
  // <path>.attentions.<index>.<name>.<weight or bias>
  std::vector<absl::string_view> parts = absl::StrSplit(key, '.');
  if (parts.size() < 4 || parts[parts.size() - 4] != "attentions") {
    return std::string(key);
  }
  absl::string_view& name = parts[parts.size() - 2];
  for (const auto& [old_name, current_name] : kVaeAttention) {
    if (name == old_name) {
      name = current_name;
      break;
    }
  }
  return absl::StrJoin(parts, ".");
}

absl::StatusOr<StateDict> WithCurrentVaeKeys(const StateDict& state_dict) {
  StateDict renamed;
  for (const auto& [key, tensor] : state_dict) {
    const std::string current = CurrentVaeKey(key);
    at::Tensor value = tensor;
    if (IsVaeProjection(current) && tensor.dim() == 4 && tensor.size(2) == 1 &&
        tensor.size(3) == 1) {
      value = tensor.squeeze(3).squeeze(2);
    }
    if (!renamed.emplace(current, std::move(value)).second) {
      return WeightsError(absl::StrCat(
          "\"", key, "\" is there under its old and its current name"));
    }
  }
  return renamed;
}

StateDict WithoutModulePrefix(StateDict state_dict) {
  const bool all =
      std::all_of(state_dict.begin(), state_dict.end(), [](const auto& entry) {
        return absl::StartsWith(entry.first, kModulePrefix);
      });
  if (!all) {
    return state_dict;
  }
  StateDict stripped;
  for (auto& [key, tensor] : state_dict) {
    stripped.emplace(key.substr(kModulePrefix.size()), std::move(tensor));
  }
  return stripped;
}

}  // namespace animate
