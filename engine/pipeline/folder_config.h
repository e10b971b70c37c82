#ifndef ANIMATE_ENGINE_PIPELINE_FOLDER_CONFIG_H_
#define ANIMATE_ENGINE_PIPELINE_FOLDER_CONFIG_H_

#include "absl/status/statusor.h"
#include "engine/model/model_config.h"
#include "engine/model/sampling_config.h"
#include "engine/weights/model_folder.h"

namespace animate {

// What the configuration files of a model folder say about its networks and
// how to sample them.
struct FolderConfig {
  UnetConfig unet;
  VaeConfig vae;
  ClipVisionConfig image_encoder;
  InferenceConfig inference;
  SamplingConfig sampling;
  // Whether a file says where motion modules are; else the weights decide.
  bool describes_motion = false;
};

// Reads the configurations that `folder` holds: motion modules, scheduler and
// sampling from topology.json, else from inference_v2.yaml, else the published
// defaults. FAILED_PRECONDITION that names everything wrong in any of them.
absl::StatusOr<FolderConfig> ParseFolderConfig(const ModelFolder& folder);

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_FOLDER_CONFIG_H_
