#include "engine/weights/motion_keys.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <ATen/ops/empty.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "engine/weights/weights_error.h"

namespace animate {
namespace {

constexpr absl::string_view kModules = "motion_modules";
constexpr absl::string_view kTransformer = "temporal_transformer.";
constexpr absl::string_view kBlocks = "transformer_blocks.";
constexpr absl::string_view kSharedPositions = "pos_embed.pe";
constexpr absl::string_view kPositions = "pos_encoder.pe";
constexpr int kAttentionBlocks = 2;
// diffusers' MotionAdapter: motion_max_seq_length.
constexpr int64_t kAdapterPositions = 32;

// diffusers' names inside a transformer block, and AnimateDiff's.
constexpr std::pair<absl::string_view, absl::string_view> kAdapterNames[] = {
    {"norm1.", "norms.0."},
    {"norm2.", "norms.1."},
    {"norm3.", "ff_norm."},
    {"attn1.", "attention_blocks.0."},
    {"attn2.", "attention_blocks.1."},
};

// A motion key taken apart: "<module>.<rest>".
struct MotionKey {
  std::string module;
  absl::string_view rest;
};

MotionKey Split(absl::string_view key) {
  const size_t modules = key.find(kModules);
  const size_t index = modules + kModules.size() + 1;
  const size_t end = key.find('.', std::min(index, key.size()));
  if (end == absl::string_view::npos) return {std::string(key), ""};
  return {std::string(key.substr(0, end)), key.substr(end + 1)};
}

// Splits "transformer_blocks.<i>.<name>" into its first two parts with the dot
// after them, and the name.
std::pair<absl::string_view, absl::string_view> SplitBlock(
    absl::string_view rest) {
  const size_t dot = rest.find('.', kBlocks.size());
  if (!absl::StartsWith(rest, kBlocks) || dot == absl::string_view::npos) {
    return {"", rest};
  }
  return {rest.substr(0, dot + 1), rest.substr(dot + 1)};
}

std::string AdapterName(absl::string_view name) {
  for (const auto& [adapter, current] : kAdapterNames) {
    if (absl::StartsWith(name, adapter)) {
      return absl::StrCat(current, name.substr(adapter.size()));
    }
  }
  return std::string(name);
}

std::string PositionsKey(absl::string_view place, int attention) {
  return absl::StrCat(place, "attention_blocks.", attention, ".", kPositions);
}

absl::Status Add(const std::string& key, const at::Tensor& tensor,
                 StateDict& renamed) {
  if (renamed.emplace(key, tensor).second) return absl::OkStatus();
  return WeightsError(absl::StrCat("\"", key, "\" is there under two names"));
}

// Adds one tensor of a MotionAdapter under its current name or names.
absl::Status AddFromAdapter(const MotionKey& key, const at::Tensor& tensor,
                            StateDict& renamed) {
  const auto [block, name] = SplitBlock(key.rest);
  const std::string place = absl::StrCat(key.module, ".", kTransformer, block);
  if (name != kSharedPositions) {
    return Add(absl::StrCat(place, AdapterName(name)), tensor, renamed);
  }
  for (int i = 0; i < kAttentionBlocks; ++i) {
    absl::Status added = Add(PositionsKey(place, i), tensor, renamed);
    if (!added.ok()) return added;
  }
  return absl::OkStatus();
}

// Adds the tables of positions that a MotionAdapter's file need not have.
void AddMissingPositions(StateDict& renamed) {
  StateDict tables;
  for (const auto& [key, tensor] : renamed) {
    absl::string_view place = key;
    if (!absl::ConsumeSuffix(&place, "ff_norm.weight")) continue;
    for (int i = 0; i < kAttentionBlocks; ++i) {
      const std::string positions = PositionsKey(place, i);
      if (renamed.contains(positions)) continue;
      tables.emplace(positions,
                     TemporalPositions(kAdapterPositions, tensor.numel())
                         .to(tensor.scalar_type()));
    }
  }
  renamed.merge(tables);
}

}  // namespace

bool IsMotionKey(absl::string_view key) {
  return absl::StrContains(key, absl::StrCat(kModules, "."));
}

std::string MotionModuleOf(absl::string_view key) { return Split(key).module; }

absl::StatusOr<StateDict> WithCurrentMotionKeys(const StateDict& state_dict) {
  StateDict renamed;
  bool has_motion = false;
  bool is_adapter = false;
  for (const auto& [key, tensor] : state_dict) {
    absl::Status added;
    const MotionKey parts = Split(key);
    if (!IsMotionKey(key) || absl::StartsWith(parts.rest, kTransformer)) {
      added = Add(key, tensor, renamed);
    } else {
      is_adapter = true;
      added = AddFromAdapter(parts, tensor, renamed);
    }
    if (!added.ok()) return added;
    has_motion |= IsMotionKey(key);
  }
  if (!has_motion) {
    return WeightsError(absl::StrCat(
        "no motion module: none of the ", state_dict.size(),
        " keys contains \"motion_modules.\"; want those of AnimateAnyone's "
        "motion_module.pth or of an AnimateDiff checkpoint"));
  }
  if (is_adapter) AddMissingPositions(renamed);
  return renamed;
}

at::Tensor TemporalPositions(int64_t length, int64_t channels) {
  at::Tensor table = at::empty({1, length, channels}, at::kFloat);
  float* out = table.mutable_data_ptr<float>();
  for (int64_t position = 0; position < length; ++position) {
    for (int64_t i = 0; i < channels; ++i) {
      const double even = static_cast<double>(i - i % 2);
      const double angle =
          static_cast<double>(position) *
          std::exp(-even * std::log(10000.0) / static_cast<double>(channels));
      *out++ =
          static_cast<float>(i % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
  }
  return table;
}

}  // namespace animate
