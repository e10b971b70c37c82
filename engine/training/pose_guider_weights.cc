#include "engine/training/pose_guider_weights.h"

#include <ATen/ops/zeros_like.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/training/weight_init.h"

namespace animate {
namespace {

constexpr absl::string_view kHintEncoder = "controlnet_cond_embedding.";
constexpr int64_t kPictureChannels = 3;
constexpr int64_t kPaperKernelSize = 4;

void AddConv(const std::string& path, int64_t in, int64_t out,
             std::vector<ParameterRequest>& requests, int64_t kernel = 3) {
  requests.push_back(
      {absl::StrCat(path, ".weight"), {out, in, kernel, kernel}});
  requests.push_back({absl::StrCat(path, ".bias"), {out}});
}

void MakeZero(absl::string_view layer, StateDict& weights) {
  for (auto& [key, tensor] : weights) {
    if (absl::StartsWith(key, layer)) tensor = at::zeros_like(tensor);
  }
}

}  // namespace

StateDict NewPublicPoseGuider(const std::vector<int64_t>& channels,
                              int64_t out_channels, PoseGuiderEnd end,
                              uint64_t seed) {
  std::vector<ParameterRequest> requests;
  AddConv("conv_in", kPictureChannels, channels.front(), requests);
  for (size_t i = 0; i + 1 < channels.size(); ++i) {
    AddConv(absl::StrCat("blocks.", 2 * i), channels[i], channels[i], requests);
    AddConv(absl::StrCat("blocks.", 2 * i + 1), channels[i], channels[i + 1],
            requests);
  }
  AddConv("conv_out", channels.back(), out_channels, requests);
  StateDict weights = InitialWeights(requests, PoseGuiderInit(), seed);
  if (end == PoseGuiderEnd::kZero) MakeZero("conv_out.", weights);
  return weights;
}

StateDict NewPaperPoseGuider(const std::vector<int64_t>& channels,
                             int64_t latent_channels, uint64_t seed) {
  std::vector<ParameterRequest> requests;
  int64_t in = kPictureChannels;
  for (size_t i = 0; i < channels.size(); ++i) {
    AddConv(absl::StrCat("blocks.", i), in, channels[i], requests,
            kPaperKernelSize);
    in = channels[i];
  }
  AddConv("conv_out", in, latent_channels, requests, /*kernel=*/1);
  return InitialWeights(requests,
                        {.rules = {{.key_part = "conv_out.",
                                    .distribution = InitDistribution::kZero}},
                         .otherwise = InitDistribution::kSmall,
                         .bias = InitBias::kZero},
                        seed);
}

StateDict PoseGuiderFrom(const StateDict& weights) {
  StateDict hints;
  for (const auto& [key, tensor] : weights) {
    if (absl::StartsWith(key, kHintEncoder)) {
      hints.emplace(key.substr(kHintEncoder.size()), tensor);
    }
  }
  if (hints.empty()) return weights;
  MakeZero("conv_out.", hints);
  return hints;
}

}  // namespace animate
