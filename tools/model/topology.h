#ifndef ANIMATE_TOOLS_MODEL_TOPOLOGY_H_
#define ANIMATE_TOOLS_MODEL_TOPOLOGY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/pipeline/folder_config.h"
#include "engine/tensor/parameters.h"
#include "engine/weights/model_folder.h"

namespace animate {

// Everything that decides which tensors a model has.
struct TopologyConfig {
  ModelFolder texts;  // The configuration files; no weights.
  FolderConfig networks;
  // "pose_guider.block_out_channels" of topology.json.
  std::vector<int64_t> pose_guider_channels = {16, 32, 96, 256};
  // "temporal_position_encoding_max_len" of the motion modules.
  int64_t motion_positions = 32;
};

// Reads the configuration called `name` (see FindBuiltinConfig), else that of
// the folder `name`. NOT_FOUND that lists the names when there is neither;
// otherwise as FindModelConfigs and ParseFolderConfig.
absl::StatusOr<TopologyConfig> FindTopologyConfig(const std::string& name);

// The tensors of a model by network and key: on the meta device, they have
// shapes and types and take no memory. Keys and split are those of the
// published files.
struct Topology {
  StateDict denoising_unet;
  StateDict motion_module;
  StateDict reference_unet;
  StateDict pose_guider;
  StateDict vae;
  StateDict image_encoder;  // With position_ids.
};

// Returns what the networks of `config` ask for when they are built.
// FAILED_PRECONDITION when they cannot be built so.
absl::StatusOr<Topology> DescribeTopology(const TopologyConfig& config);

// Returns tensors like those of `state_dict`, on the meta device.
StateDict ShapesOf(const StateDict& state_dict);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_TOPOLOGY_H_
