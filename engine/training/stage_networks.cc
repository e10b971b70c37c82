#include "engine/training/stage_networks.h"

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/nn/exact_shortcuts.h"
#include "engine/weights/motion_keys.h"

namespace animate {
namespace {

// What is differentiable of the shortcuts and saves more than rounding.
ExactShortcuts TrainingShortcuts() {
  ExactShortcuts shortcuts = ExactShortcuts::None();
  shortcuts.constant_cross_attention = true;
  shortcuts.stop_after_last_feature = true;
  return shortcuts;
}

// The networks with tensors to be trained, by the names in trained().
struct NamedNetwork {
  absl::string_view name;
  StateDict* weights;
};

std::vector<NamedNetwork> NetworksOf(StageWeights& weights) {
  return {{"denoising_unet.", &weights.denoising_unet},
          {"denoising_unet.", &weights.motion_module},
          {"reference_unet.", &weights.reference_unet},
          {"pose_guider.", &weights.pose_guider},
          {"image_encoder.", &weights.image_encoder}};
}

// Chooses among the tokens of a cross-attention, of which there is one: the
// softmax over it is 1.
bool ChoosesTheOnlyToken(absl::string_view key) {
  if (!absl::StrContains(key, ".transformer_blocks.")) return false;
  return absl::StrContains(key, ".attn2.to_q.") ||
         absl::StrContains(key, ".attn2.to_k.") ||
         absl::StrContains(key, ".norm2.");
}

// Whether `key` of the ReferenceNet comes after `last_block`, its last
// transformer block, has passed on what the denoising UNet reads.
bool FollowsLastFeature(absl::string_view key, const std::string& last_block,
                        const UnetConfig& unet) {
  if (absl::StartsWith(key, absl::StrCat(last_block, "."))) {
    return !absl::StartsWith(key, absl::StrCat(last_block, ".norm1."));
  }
  // "up_blocks.1.attentions.1" of "….transformer_blocks.0".
  const std::string transformer =
      last_block.substr(0, last_block.find(".transformer_blocks."));
  if (absl::StartsWith(key, absl::StrCat(transformer, ".proj_out."))) {
    return true;
  }
  // Levels without attention run after it, in up_blocks of a higher number.
  const int levels = unet.num_levels();
  for (int block = levels - 1; block >= 0; --block) {
    const std::string path = absl::StrCat("up_blocks.", block);
    const bool attention =
        unet.up_attention[static_cast<size_t>(levels - 1 - block)];
    if (attention) {
      return absl::StartsWith(key, absl::StrCat(path, ".upsamplers."));
    }
    if (absl::StartsWith(key, absl::StrCat(path, "."))) return true;
  }
  return false;
}

bool IsTrained(const StageTaskOptions& options, const StageWeights& weights,
               const NamedNetwork& network, const std::string& key,
               const std::string& last_reference_block) {
  if (options.stage == TrainingStage::kMotion) {
    return network.weights == &weights.motion_module &&
           !absl::EndsWith(key, "pos_encoder.pe");
  }
  if (network.weights == &weights.motion_module) return false;
  if (network.weights == &weights.image_encoder) {
    return options.train_image_encoder && weights.new_image_encoder &&
           weights.image_encoder.at(key).is_floating_point();
  }
  if (ChoosesTheOnlyToken(key)) return false;
  return network.weights != &weights.reference_unet ||
         !FollowsLastFeature(key, last_reference_block, weights.config.unet);
}

template <typename Network, typename... Config>
Network BuildOn(absl::string_view what, const StateDict& weights,
                const Config&... config) {
  Parameters parameters(weights);
  Network network(Scope(parameters), config...);
  const absl::Status fits = parameters.Verify(what);
  TORCH_CHECK(fits.ok(), fits.ToString());
  return network;
}

}  // namespace

StateDict MakeTrainable(const StageTaskOptions& options,
                        StageWeights& weights) {
  const std::string last_block =
      BuildOn<ReferenceUnet>("reference_unet", weights.reference_unet,
                             weights.config.unet, TrainingShortcuts())
          .transformer_blocks()
          .back();
  StateDict trained;
  for (const NamedNetwork& network : NetworksOf(weights)) {
    for (auto& [key, tensor] : *network.weights) {
      if (!IsTrained(options, weights, network, key, last_block)) continue;
      tensor = tensor.detach().to(at::kFloat).clone().set_requires_grad(true);
      trained.emplace(absl::StrCat(network.name, key), tensor);
    }
  }
  return trained;
}

StageNetworks BuildStageNetworks(const StageTaskOptions& options,
                                 const StageWeights& weights) {
  const FolderConfig& config = weights.config;
  const bool motion = options.stage == TrainingStage::kMotion;
  MotionConfig motion_config = config.inference.motion;
  if (!motion) motion_config.use_motion_module = false;
  // What is frozen may be rearranged once and for all; it never sees gradients.
  ExactShortcuts trained = TrainingShortcuts();
  trained.recomputed_activations = options.gradient_checkpointing;
  const ExactShortcuts frozen;
  return {
      .image_encoder = BuildOn<ClipVision>(
          "image_encoder", weights.image_encoder, config.image_encoder),
      .vae = BuildOn<AutoencoderKL>("vae", weights.vae, config.vae, frozen),
      .reference_unet =
          BuildOn<ReferenceUnet>("reference_unet", weights.reference_unet,
                                 config.unet, motion ? frozen : trained),
      .pose_guider = BuildOn<PoseGuider>("pose_guider", weights.pose_guider),
      .denoising_unet = BuildOn<DenoisingUnet>(
          "denoising_unet",
          motion ? weights.VideoUnet() : weights.denoising_unet, config.unet,
          motion_config, trained),
      .cross_attention_dim = config.unet.cross_attention_dim,
      .device = weights.vae.begin()->second.device()};
}

StageWeights WithTrained(StageWeights weights, const StateDict& trained) {
  for (const NamedNetwork& network : NetworksOf(weights)) {
    for (auto& [key, tensor] : *network.weights) {
      const auto found = trained.find(absl::StrCat(network.name, key));
      if (found != trained.end()) tensor = found->second;
    }
  }
  return weights;
}

}  // namespace animate
