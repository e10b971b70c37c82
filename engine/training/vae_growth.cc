#include "engine/training/vae_growth.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/model/autoencoder_kl.h"
#include "engine/tensor/torch_status.h"
#include "engine/training/weight_init.h"

namespace animate {
namespace {

// Keeps the noise of the posterior equal in all cells until it has learnt.
constexpr double kQuietLogvar = 0.1;
constexpr double kInitialLogvar = -6.0;

absl::Status CheckOneDeeper(const VaeConfig& source, const VaeConfig& grown) {
  const std::vector<int64_t>& few = source.block_out_channels;
  const std::vector<int64_t>& more = grown.block_out_channels;
  const bool fits = more.size() == few.size() + 1 &&
                    std::equal(few.begin(), few.end(), more.begin()) &&
                    source.layers_per_block == grown.layers_per_block &&
                    source.norm_num_groups == grown.norm_num_groups;
  if (fits) return absl::OkStatus();
  return FieldError(
      "grow_from",
      absl::StrCat("want block_out_channels [", absl::StrJoin(few, ", "),
                   "] and one more, layers_per_block ", source.layers_per_block,
                   " and norm_num_groups ", source.norm_num_groups, ": got [",
                   absl::StrJoin(more, ", "), "], ", grown.layers_per_block,
                   " and ", grown.norm_num_groups));
}

// Where the tensor `key` of a network goes in one that is a level deeper.
std::optional<std::string> GrownKey(const std::string& key) {
  constexpr absl::string_view kUpBlocks = "decoder.up_blocks.";
  absl::string_view rest = key;
  if (absl::ConsumePrefix(&rest, kUpBlocks)) {
    const size_t dot = rest.find('.');
    int block = 0;
    if (!absl::SimpleAtoi(rest.substr(0, dot), &block)) return std::nullopt;
    return absl::StrCat(kUpBlocks, block + 1, rest.substr(dot));
  }
  for (const absl::string_view kept :
       {"encoder.conv_in.", "encoder.down_blocks.", "decoder.conv_norm_out.",
        "decoder.conv_out."}) {
    if (absl::StartsWith(key, kept)) return key;
  }
  return std::nullopt;
}

}  // namespace

VaeModel NewVae(const VaeConfig& config, double initial_logvar, uint64_t seed) {
  VaeModel model{.config = config,
                 .weights = InitialWeights(
                     RequestsOf([&](const Scope& scope) {
                       AutoencoderKL(scope, config, ExactShortcuts::None());
                     }),
                     VaeInit(), seed)};
  const int64_t channels = config.latent_channels;
  model.weights.at("quant_conv.weight")
      .narrow(0, channels, channels)
      .mul_(kQuietLogvar);
  model.weights.at("quant_conv.bias")
      .narrow(0, channels, channels)
      .fill_(initial_logvar);
  return model;
}

absl::StatusOr<VaeModel> GrowVae(const VaeModel& source,
                                 const VaeConfig& config, uint64_t seed) {
  ANIMATE_RETURN_IF_ERROR(CheckOneDeeper(source.config, config));
  return CallTorch("grow the VAE", [&] {
    VaeModel grown = NewVae(config, kInitialLogvar, seed);
    for (const auto& [key, tensor] : source.weights) {
      const std::optional<std::string> target = GrownKey(key);
      if (!target.has_value()) continue;
      const auto place = grown.weights.find(*target);
      // What meets the new width keeps its fresh values.
      if (place != grown.weights.end() &&
          place->second.sizes() == tensor.sizes()) {
        place->second = tensor.clone();
      }
    }
    return grown;
  });
}

}  // namespace animate
