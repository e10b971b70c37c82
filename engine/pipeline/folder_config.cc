#include "engine/pipeline/folder_config.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "engine/base/status_macros.h"
#include "engine/pipeline/load_errors.h"

namespace animate {
absl::StatusOr<FolderConfig> ParseFolderConfig(const ModelFolder& folder) {
  LoadErrors errors;
  FolderConfig configs;
  const auto keep = [&errors](auto parsed, auto& destination) {
    if (errors.Check(parsed)) destination = *std::move(parsed);
  };
  keep(ParseUnetConfig(folder.unet_config, "unet/config.json"), configs.unet);
  keep(ParseVaeConfig(folder.vae_config, "vae/config.json"), configs.vae);
  keep(ParseClipVisionConfig(folder.image_encoder_config,
                             "image_encoder/config.json"),
       configs.image_encoder);
  const std::optional<std::string>& inference =
      folder.topology.has_value() ? folder.topology : folder.inference_config;
  if (inference.has_value()) {
    const absl::string_view file =
        folder.topology.has_value() ? "topology.json" : "inference_v2.yaml";
    keep(ParseInferenceConfig(*inference, file), configs.inference);
    keep(ParseSamplingConfig(*inference, file), configs.sampling);
    if (errors.ToStatus().ok()) {
      errors.Add(CheckSamplingFits(configs.sampling, configs.vae,
                                   configs.inference.noise_scheduler, file));
    }
    configs.describes_motion =
        absl::StrContains(*inference, "\"unet_additional_kwargs\"");
  }
  ANIMATE_RETURN_IF_ERROR(errors.ToStatus());
  return configs;
}

}  // namespace animate
