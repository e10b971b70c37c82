#include "tools/model/topology.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <ATen/ops/empty.h>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/model/autoencoder_kl.h"
#include "engine/model/clip_vision.h"
#include "engine/model/denoising_unet.h"
#include "engine/model/reference_unet.h"
#include "engine/tensor/torch_status.h"
#include "engine/weights/motion_keys.h"
#include "tools/model/builtin_configs.h"

namespace animate {
namespace {

constexpr int64_t kPoseKernel = 3;
constexpr int64_t kImageChannels = 3;

at::Tensor Meta(const std::vector<int64_t>& shape, at::ScalarType dtype) {
  return at::empty(shape, at::TensorOptions(dtype).device(c10::kMeta));
}

// Reads what only topology.json knows, and the engine takes from the weights.
absl::Status ReadExtras(const std::string& text, TopologyConfig& config) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  try {
    if (json.contains("pose_guider")) {
      json.at("pose_guider")
          .at("block_out_channels")
          .get_to(config.pose_guider_channels);
    }
    const auto kwargs = nlohmann::json::json_pointer(
        "/unet_additional_kwargs/motion_module_kwargs/"
        "temporal_position_encoding_max_len");
    if (json.contains(kwargs)) json.at(kwargs).get_to(config.motion_positions);
  } catch (const nlohmann::json::exception& error) {
    return absl::FailedPreconditionError(
        absl::StrCat(config.texts.path, ": topology: ", error.what()));
  }
  const bool positive =
      config.motion_positions > 0 && !config.pose_guider_channels.empty() &&
      *std::min_element(config.pose_guider_channels.begin(),
                        config.pose_guider_channels.end()) > 0;
  return positive ? absl::OkStatus()
                  : absl::FailedPreconditionError(absl::StrCat(
                        config.texts.path,
                        ": topology: pose_guider.block_out_channels and "
                        "temporal_position_encoding_max_len must be positive"));
}

// What `build` asks for. -1, which stands for any size, becomes `any_size`.
template <typename Build>
StateDict Requests(const Build& build, int64_t any_size) {
  Parameters nothing{StateDict{}};
  build(Scope(nothing));
  StateDict shapes;
  for (const ParameterRequest& request : nothing.requests()) {
    std::vector<int64_t> shape = request.shape;
    for (int64_t& size : shape) {
      if (size < 0) size = any_size;
    }
    shapes.emplace(request.key, Meta(shape, at::kFloat));
  }
  return shapes;
}

void AddConv(const std::string& name, int64_t in, int64_t out,
             StateDict& shapes) {
  shapes.emplace(name + ".weight",
                 Meta({out, in, kPoseKernel, kPoseKernel}, at::kFloat));
  shapes.emplace(name + ".bias", Meta({out}, at::kFloat));
}

// The pose guider takes its widths from its weights, so they are made here:
// for each width a convolution and one that halves the size to the next width.
StateDict PoseGuiderShapes(const TopologyConfig& config) {
  const std::vector<int64_t>& channels = config.pose_guider_channels;
  StateDict shapes;
  AddConv("conv_in", kImageChannels, channels[0], shapes);
  for (size_t i = 0; i + 1 < channels.size(); ++i) {
    AddConv(absl::StrCat("blocks.", 2 * i), channels[i], channels[i], shapes);
    AddConv(absl::StrCat("blocks.", 2 * i + 1), channels[i], channels[i + 1],
            shapes);
  }
  AddConv("conv_out", channels.back(),
          config.networks.unet.block_out_channels[0], shapes);
  return shapes;
}

// The published file has the indices of the positions as a buffer.
at::Tensor PositionIds(const ClipVisionConfig& config) {
  const int64_t side = config.image_size / config.patch_size;
  return Meta({1, side * side + 1}, at::kLong);
}

}  // namespace

absl::StatusOr<TopologyConfig> FindTopologyConfig(const std::string& name) {
  TopologyConfig config;
  std::error_code error;
  if (std::optional<ModelFolder> builtin = FindBuiltinConfig(name);
      builtin.has_value()) {
    config.texts = *std::move(builtin);
  } else if (!std::filesystem::exists(name, error)) {
    return MakeError(
        absl::StatusCode::kNotFound,
        absl::StrCat("no configuration \"", name, "\": want ",
                     absl::StrJoin(BuiltinConfigNames(), ", "), " or a folder"),
        {.reason = "CONFIG_NOT_FOUND"});
  } else {
    ANIMATE_ASSIGN_OR_RETURN(config.texts, FindModelConfigs(name));
  }
  ANIMATE_ASSIGN_OR_RETURN(config.networks, ParseFolderConfig(config.texts));
  if (const std::optional<std::string>& text =
          config.texts.topology.has_value() ? config.texts.topology
                                            : config.texts.inference_config;
      text.has_value()) {
    ANIMATE_RETURN_IF_ERROR(ReadExtras(*text, config));
  }
  return config;
}

absl::StatusOr<Topology> DescribeTopology(const TopologyConfig& config) {
  const FolderConfig& networks = config.networks;
  ANIMATE_RETURN_IF_ERROR(CheckMotionFits(networks.inference.motion,
                                          networks.unet, config.texts.path));
  return CallTorch("describe topology", [&] {
    Topology topology;
    StateDict video = Requests(
        [&](const Scope& scope) {
          DenoisingUnet(scope, networks.unet, networks.inference.motion);
        },
        config.motion_positions);
    for (auto& [key, tensor] : video) {
      (IsMotionKey(key) ? topology.motion_module : topology.denoising_unet)
          .emplace(key, std::move(tensor));
    }
    topology.reference_unet = Requests(
        [&](const Scope& scope) { ReferenceUnet(scope, networks.unet); }, 1);
    topology.pose_guider = PoseGuiderShapes(config);
    topology.vae = Requests(
        [&](const Scope& scope) { AutoencoderKL(scope, networks.vae); }, 1);
    topology.image_encoder = Requests(
        [&](const Scope& scope) { ClipVision(scope, networks.image_encoder); },
        1);
    topology.image_encoder.emplace("vision_model.embeddings.position_ids",
                                   PositionIds(networks.image_encoder));
    return topology;
  });
}

StateDict ShapesOf(const StateDict& state_dict) {
  StateDict shapes;
  for (const auto& [key, tensor] : state_dict) {
    shapes.emplace(key, Meta(tensor.sizes().vec(), tensor.scalar_type()));
  }
  return shapes;
}

}  // namespace animate
