#include "tests/benchmark/model_networks.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/weights/model_folder.h"

namespace animate {

absl::StatusOr<WorkNetworks> NamedNetworks(absl::string_view config) {
  if (config == "animate-anyone") return WorkNetworks{};
  if (config != "nano") {
    return absl::InvalidArgumentError(
        absl::StrCat("no configuration is called \"", config,
                     "\"; there are animate-anyone and nano"));
  }
  WorkNetworks nano;
  nano.unet.block_out_channels = {32, 32, 64, 64};
  nano.unet.num_attention_heads = {4, 4, 4, 4};
  nano.unet.cross_attention_dim = 48;
  nano.unet.time_embedding_dim = 128;
  nano.motion.num_attention_heads = 2;
  nano.vae.block_out_channels = {16, 24, 32, 32};
  nano.vae.norm_num_groups = 8;
  nano.clip.hidden_size = 64;
  nano.clip.intermediate_size = 128;
  nano.clip.projection_dim = 48;
  nano.clip.num_hidden_layers = 3;
  nano.clip.num_attention_heads = 4;
  nano.clip.image_size = 56;
  nano.pose_guider_channels = {8, 8, 16, 16};
  return nano;
}

absl::StatusOr<WorkNetworks> NetworksOfFolder(const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(const ModelFolder folder, FindModelFolder(path));
  WorkNetworks networks;
  ANIMATE_ASSIGN_OR_RETURN(networks.unet,
                           ParseUnetConfig(folder.unet_config, "unet"));
  ANIMATE_ASSIGN_OR_RETURN(networks.vae,
                           ParseVaeConfig(folder.vae_config, "vae"));
  ANIMATE_ASSIGN_OR_RETURN(
      networks.clip,
      ParseClipVisionConfig(folder.image_encoder_config, "image_encoder"));
  const std::optional<std::string>& inference =
      folder.topology.has_value() ? folder.topology : folder.inference_config;
  if (inference.has_value()) {
    ANIMATE_ASSIGN_OR_RETURN(const InferenceConfig config,
                             ParseInferenceConfig(*inference, "topology"));
    networks.motion = config.motion;
  }
  if (folder.topology.has_value()) {
    const nlohmann::json topology = nlohmann::json::parse(*folder.topology);
    const nlohmann::json::json_pointer channels(
        "/pose_guider/block_out_channels");
    if (topology.contains(channels)) {
      networks.pose_guider_channels =
          topology[channels].get<std::vector<int64_t>>();
    }
  }
  return networks;
}

}  // namespace animate
