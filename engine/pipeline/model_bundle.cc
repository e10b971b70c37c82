#include "engine/pipeline/model_bundle.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/model/motion_inference.h"
#include "engine/tensor/device.h"
#include "engine/tensor/torch_status.h"
#include "engine/weights/key_mapping.h"
#include "engine/weights/model_folder.h"
#include "engine/weights/state_dict.h"

namespace animate {
namespace {

constexpr absl::string_view kPositions = "pos_encoder.pe";
constexpr int kContextFrames = 24;    // as the reference's pipeline
constexpr int kContextOverlap = 4;    // as the reference's pipeline
constexpr int kUnlimitedFrames = 32;  // without position tables: as published

// Gathers what is wrong, so that one look at the message mends it all.
class Errors {
 public:
  void Add(absl::Status status) {
    if (!status.ok()) errors_.push_back(std::move(status));
  }

  // Notes the error of `value` if it has one; returns whether it has a value.
  template <typename T>
  bool Check(const absl::StatusOr<T>& value) {
    Add(value.status());
    return value.ok();
  }

  absl::Status ToStatus() const {
    if (errors_.empty()) return absl::OkStatus();
    if (errors_.size() == 1) return errors_.front();
    std::vector<std::string> messages;
    for (const absl::Status& error : errors_) {
      if (absl::IsResourceExhausted(error)) return error;
      messages.emplace_back(error.message());
    }
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrJoin(messages, "\n"),
                     {.reason = "MODEL_INVALID"});
  }

 private:
  std::vector<absl::Status> errors_;
};

struct Configs {
  UnetConfig unet;
  VaeConfig vae;
  ClipVisionConfig image_encoder;
  InferenceConfig inference;
  bool describes_motion = false;  // by a file, not by the defaults
};

absl::StatusOr<Configs> ParseConfigs(const ModelFolder& folder) {
  Errors errors;
  Configs configs;
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
    keep(ParseInferenceConfig(*inference, folder.topology.has_value()
                                              ? "topology.json"
                                              : "inference_v2.yaml"),
         configs.inference);
    configs.describes_motion =
        absl::StrContains(*inference, "\"unet_additional_kwargs\"");
  }
  ANIMATE_RETURN_IF_ERROR(errors.ToStatus());
  return configs;
}

// Floating-point tensors in the type and on the device the networks run with.
StateDict Cast(const StateDict& weights, const ModelOptions& options) {
  StateDict cast;
  for (const auto& [key, tensor] : weights) {
    cast[key] = tensor.is_floating_point()
                    ? tensor.to(options.device, options.dtype)
                    : tensor;
  }
  return cast;
}

absl::StatusOr<StateDict> LoadCast(const std::string& path,
                                   const ModelOptions& options) {
  ANIMATE_ASSIGN_OR_RETURN(StateDict weights, LoadStateDict(path));
  return CallTorch(path, [&] { return Cast(weights, options); });
}

// The denoising UNet's weights lie in two files. The larger one wins where both
// have a key, as in the reference, which loads it last.
absl::StatusOr<StateDict> LoadDenoisingUnet(const ModelFolder& folder,
                                            const ModelOptions& options) {
  Errors errors;
  absl::StatusOr<StateDict> merged = LoadCast(folder.denoising_unet, options);
  absl::StatusOr<StateDict> motion = LoadCast(folder.motion_module, options);
  errors.Check(merged);
  errors.Check(motion);
  ANIMATE_RETURN_IF_ERROR(errors.ToStatus());
  merged->merge(*motion);
  return merged;
}

absl::StatusOr<StateDict> LoadVae(const ModelFolder& folder,
                                  const ModelOptions& options) {
  ANIMATE_ASSIGN_OR_RETURN(StateDict weights, LoadCast(folder.vae, options));
  return WithCurrentVaeKeys(weights);
}

// Makes a network out of `weights`, which must fit it exactly.
template <typename Network, typename... Config>
absl::StatusOr<Network> Build(absl::string_view what,
                              absl::StatusOr<StateDict> weights,
                              const Config&... config) {
  ANIMATE_RETURN_IF_ERROR(weights.status());
  return CallTorch(what, [&]() -> absl::StatusOr<Network> {
    Parameters parameters(*std::move(weights));
    Network network(Scope(parameters), config...);
    ANIMATE_RETURN_IF_ERROR(parameters.Verify(what));
    return network;
  });
}

int64_t CountParameters(const StateDict& weights) {
  int64_t count = 0;
  for (const auto& [key, tensor] : weights) {
    if (tensor.is_floating_point() && !absl::EndsWith(key, kPositions)) {
      count += tensor.numel();
    }
  }
  return count;
}

// The longest window that every table of temporal positions allows.
int MaxContextFrames(const StateDict& denoising_unet) {
  int64_t frames = -1;
  for (const auto& [key, tensor] : denoising_unet) {
    if (!absl::EndsWith(key, kPositions) || tensor.dim() != 3) continue;
    frames = frames < 0 ? tensor.size(1) : std::min(frames, tensor.size(1));
  }
  return frames < 1 ? kUnlimitedFrames : static_cast<int>(frames);
}

absl::Status CheckEqual(absl::string_view left_name, int64_t left,
                        absl::string_view right_name, int64_t right) {
  if (left == right) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the networks do not fit together: ", left_name, " is ",
                   left, ", ", right_name, " is ", right));
}

absl::Status CheckNetworksFit(const ModelBundle& bundle, const VaeConfig& vae) {
  Errors errors;
  errors.Add(CheckEqual("vae latent_channels", vae.latent_channels,
                        "unet in_channels", bundle.unet_config.in_channels));
  errors.Add(CheckEqual("unet out_channels", bundle.unet_config.out_channels,
                        "unet in_channels", bundle.unet_config.in_channels));
  errors.Add(CheckEqual("image_encoder projection_dim",
                        bundle.image_encoder_config.projection_dim,
                        "unet cross_attention_dim",
                        bundle.unet_config.cross_attention_dim));
  errors.Add(CheckEqual(
      "pose_guider output channels", bundle.pose_guider.out_channels(),
      "unet block_out_channels[0]", bundle.unet_config.block_out_channels[0]));
  errors.Add(CheckEqual("pose_guider spatial factor",
                        bundle.pose_guider.spatial_factor(),
                        "vae spatial factor", vae.spatial_factor()));
  return errors.ToStatus();
}

std::string FolderName(const std::string& path) {
  const std::filesystem::path normal =
      std::filesystem::absolute(path).lexically_normal();
  return normal.has_filename() ? normal.filename().string()
                               : normal.parent_path().filename().string();
}

}  // namespace

absl::StatusOr<ModelBundle> LoadModelBundle(const std::string& path,
                                            const ModelOptions& options) {
  ANIMATE_ASSIGN_OR_RETURN(const ModelFolder folder, FindModelFolder(path));
  ANIMATE_ASSIGN_OR_RETURN(Configs configs, ParseConfigs(folder));

  const absl::StatusOr<StateDict> denoising_weights =
      LoadDenoisingUnet(folder, options);
  if (denoising_weights.ok() && !configs.describes_motion) {
    Parameters parameters(*denoising_weights);
    configs.inference.motion = InferMotionConfig(
        Scope(parameters), configs.unet, configs.inference.motion);
  }
  ANIMATE_RETURN_IF_ERROR(
      CheckMotionFits(configs.inference.motion, configs.unet, "topology.json"));
  const absl::StatusOr<StateDict> reference_weights =
      LoadCast(folder.reference_unet, options);
  const absl::StatusOr<StateDict> pose_weights =
      LoadCast(folder.pose_guider, options);
  const absl::StatusOr<StateDict> vae_weights = LoadVae(folder, options);
  const absl::StatusOr<StateDict> image_encoder_weights =
      LoadCast(folder.image_encoder, options);

  absl::StatusOr<DenoisingUnet> denoising_unet =
      Build<DenoisingUnet>("denoising_unet + motion_module", denoising_weights,
                           configs.unet, configs.inference.motion);
  absl::StatusOr<ReferenceUnet> reference_unet =
      Build<ReferenceUnet>("reference_unet", reference_weights, configs.unet);
  absl::StatusOr<PoseGuider> pose_guider =
      Build<PoseGuider>("pose_guider", pose_weights);
  absl::StatusOr<AutoencoderKL> vae =
      Build<AutoencoderKL>("vae", vae_weights, configs.vae);
  absl::StatusOr<ClipVision> image_encoder = Build<ClipVision>(
      "image_encoder", image_encoder_weights, configs.image_encoder);

  Errors errors;
  errors.Check(denoising_unet);
  errors.Check(reference_unet);
  errors.Check(pose_guider);
  errors.Check(vae);
  errors.Check(image_encoder);
  ANIMATE_RETURN_IF_ERROR(errors.ToStatus());

  ModelBundle bundle = {.image_encoder = *std::move(image_encoder),
                        .vae = *std::move(vae),
                        .reference_unet = *std::move(reference_unet),
                        .pose_guider = *std::move(pose_guider),
                        .denoising_unet = *std::move(denoising_unet),
                        .image_encoder_config = configs.image_encoder,
                        .unet_config = configs.unet,
                        .noise_scheduler = configs.inference.noise_scheduler,
                        .options = options,
                        .info = {}};
  ANIMATE_RETURN_IF_ERROR(CheckNetworksFit(bundle, configs.vae));

  ModelInfo& info = bundle.info;
  info.name = FolderName(path);
  ANIMATE_ASSIGN_OR_RETURN(info.digest, ModelDigest(folder));
  info.device = DeviceName(options.device);
  info.dtype = DtypeName(options.dtype);
  for (const absl::StatusOr<StateDict>* weights :
       {&denoising_weights, &reference_weights, &pose_weights, &vae_weights,
        &image_encoder_weights}) {
    info.parameters += CountParameters(**weights);
  }
  info.size_multiple = static_cast<int>(configs.vae.spatial_factor());
  info.max_context_frames = MaxContextFrames(*denoising_weights);
  info.context_frames = std::min(kContextFrames, info.max_context_frames);
  info.context_overlap = std::min(kContextOverlap, info.context_frames - 1);
  info.num_train_timesteps =
      static_cast<int>(bundle.noise_scheduler.num_train_timesteps);
  return bundle;
}

}  // namespace animate
