#include "engine/pipeline/model_bundle.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "absl/time/time.h"
#include "engine/base/cancellation.h"
#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"
#include "engine/model/motion_inference.h"
#include "engine/pipeline/folder_config.h"
#include "engine/pipeline/load_errors.h"
#include "engine/pipeline/motion_weights.h"
#include "engine/pipeline/sampling_defaults.h"
#include "engine/tensor/device.h"
#include "engine/tensor/torch_status.h"
#include "engine/weights/key_mapping.h"
#include "engine/weights/load_weights.h"
#include "engine/weights/model_folder.h"

namespace animate {
namespace {

constexpr absl::string_view kPositions = "pos_encoder.pe";
constexpr int kContextFrames = 24;    // as the reference's pipeline
constexpr int kContextOverlap = 4;    // as the reference's pipeline
constexpr int kUnlimitedFrames = 32;  // without position tables: as published

LoadOptions ToLoadOptions(const ModelOptions& options) {
  return {.device = options.device, .dtype = options.dtype};
}

absl::StatusOr<LoadedWeights> LoadDenoisingUnet(const ModelFolder& folder,
                                                const ModelOptions& options) {
  LoadErrors errors;
  absl::StatusOr<LoadedWeights> weights =
      LoadWeights(folder.denoising_unet, ToLoadOptions(options));
  const absl::StatusOr<LoadedWeights> motion =
      LoadWeights(folder.motion_module, ToLoadOptions(options));
  errors.Check(weights);
  errors.Check(motion);
  ANIMATE_RETURN_IF_ERROR(errors.ToStatus());
  ANIMATE_ASSIGN_OR_RETURN(
      weights->tensors,
      MergeMotionModules(std::move(weights->tensors), motion->tensors,
                         folder.motion_module));
  if (!options.temporal_layers) SilenceMotionModules(weights->tensors);
  weights->mappings.insert(weights->mappings.end(), motion->mappings.begin(),
                           motion->mappings.end());
  return weights;
}

absl::StatusOr<LoadedWeights> LoadVae(const ModelFolder& folder,
                                      const ModelOptions& options) {
  ANIMATE_ASSIGN_OR_RETURN(LoadedWeights weights,
                           LoadWeights(folder.vae, ToLoadOptions(options)));
  ANIMATE_ASSIGN_OR_RETURN(weights.tensors,
                           WithCurrentVaeKeys(weights.tensors));
  return weights;
}

// Computes the digest of a model beside its loading. A load that fails does not
// wait for it.
class DigestThread {
 public:
  explicit DigestThread(const ModelFolder& folder)
      : digest_(""),
        thread_([this, &folder] { digest_ = ModelDigest(folder, &cancel_); }) {}

  DigestThread(const DigestThread&) = delete;
  DigestThread& operator=(const DigestThread&) = delete;
  ~DigestThread() {
    cancel_.Cancel(absl::CancelledError("the model is not loaded"));
    if (thread_.joinable()) thread_.join();
  }

  absl::StatusOr<std::string> Wait() {
    thread_.join();
    return digest_;
  }

 private:
  CancellationToken cancel_;
  absl::StatusOr<std::string> digest_;
  std::thread thread_;
};

uint64_t SizeOfFiles(const ModelFolder& folder) {
  const absl::StatusOr<std::vector<std::string>> names = ModelFiles(folder);
  uint64_t size = 0;
  for (const std::string& name : names.value_or(folder.files)) {
    std::error_code error;
    const uint64_t one = std::filesystem::file_size(
        std::filesystem::path(folder.path) / name, error);
    size += error ? 0 : one;
  }
  return size;
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

// Makes a network out of `weights`, which must fit it exactly; adds their
// number to `parameters`. What the network does not keep leaves the memory
// before the next is loaded.
template <typename Network, typename... Config>
absl::StatusOr<Network> Build(absl::string_view what,
                              absl::StatusOr<LoadedWeights> weights,
                              int64_t& parameters, const Config&... config) {
  ANIMATE_RETURN_IF_ERROR(weights.status());
  parameters += CountParameters(weights->tensors);
  absl::StatusOr<Network> built =
      CallTorch(what, [&]() -> absl::StatusOr<Network> {
        Parameters asked(weights->tensors);
        Network network(Scope(asked), config...);
        ANIMATE_RETURN_IF_ERROR(asked.Verify(what));
        return network;
      });
  GiveBackUnused(*std::move(weights));
  return built;
}

absl::Status CheckEqual(absl::string_view left_name, int64_t left,
                        absl::string_view right_name, int64_t right) {
  if (left == right) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the networks do not fit together: ", left_name, " is ",
                   left, ", ", right_name, " is ", right));
}

absl::Status CheckPoseGuiderFits(const PoseGuider& pose_guider,
                                 const UnetConfig& unet) {
  if (!pose_guider.adds_to_latents()) {
    return CheckEqual("pose_guider output channels", pose_guider.out_channels(),
                      "unet block_out_channels[0]", unet.block_out_channels[0]);
  }
  if (unet.in_channels == unet.block_out_channels[0]) {
    // The UNet tells the two forms apart by their channels.
    return absl::FailedPreconditionError(
        "a pose_guider that adds to the latents needs a unet whose in_channels "
        "differ from block_out_channels[0]");
  }
  return CheckEqual("pose_guider output channels", pose_guider.out_channels(),
                    "unet in_channels", unet.in_channels);
}

std::string FolderName(const std::string& path) {
  const std::filesystem::path normal =
      std::filesystem::absolute(path).lexically_normal();
  return normal.has_filename() ? normal.filename().string()
                               : normal.parent_path().filename().string();
}

}  // namespace

absl::Status CheckNetworksFit(const ModelBundle& bundle, const VaeConfig& vae) {
  LoadErrors errors;
  errors.Add(CheckEqual("vae latent_channels", vae.latent_channels,
                        "unet in_channels", bundle.unet_config.in_channels));
  errors.Add(CheckEqual("unet out_channels", bundle.unet_config.out_channels,
                        "unet in_channels", bundle.unet_config.in_channels));
  errors.Add(CheckEqual("image_encoder projection_dim",
                        bundle.image_encoder_config.projection_dim,
                        "unet cross_attention_dim",
                        bundle.unet_config.cross_attention_dim));
  errors.Add(CheckPoseGuiderFits(bundle.pose_guider, bundle.unet_config));
  errors.Add(CheckEqual("pose_guider spatial factor",
                        bundle.pose_guider.spatial_factor(),
                        "vae spatial factor", vae.spatial_factor()));
  return errors.ToStatus();
}

absl::StatusOr<ModelBundle> LoadModelBundle(const std::string& path,
                                            const ModelOptions& options) {
  ANIMATE_ASSIGN_OR_RETURN(const ModelFolder folder, FindModelFolder(path));
  ANIMATE_ASSIGN_OR_RETURN(FolderConfig configs, ParseFolderConfig(folder));
  const absl::Duration start = Clock::Real().Monotonic();
  DigestThread digest(folder);

  ModelInfo info;
  absl::StatusOr<LoadedWeights> denoising_weights =
      LoadDenoisingUnet(folder, options);
  int motion_frames = 0;
  if (denoising_weights.ok()) {
    motion_frames = MaxMotionFrames(denoising_weights->tensors);
  }
  if (denoising_weights.ok() && !configs.describes_motion) {
    ANIMATE_RETURN_IF_ERROR(CheckMotionModules(
        denoising_weights->tensors, configs.unet, folder.motion_module));
    Parameters parameters(denoising_weights->tensors);
    configs.inference.motion = InferMotionConfig(
        Scope(parameters), configs.unet, configs.inference.motion);
  }
  ANIMATE_RETURN_IF_ERROR(
      CheckMotionFits(configs.inference.motion, configs.unet, "topology.json"));

  // The largest first: what a network holds twice while it is being built must
  // not come on top of all the others.
  const LoadOptions load = ToLoadOptions(options);
  absl::StatusOr<DenoisingUnet> denoising_unet = Build<DenoisingUnet>(
      "denoising_unet + motion_module", std::move(denoising_weights),
      info.parameters, configs.unet, configs.inference.motion);
  absl::StatusOr<ReferenceUnet> reference_unet = Build<ReferenceUnet>(
      "reference_unet", LoadWeights(folder.reference_unet, load),
      info.parameters, configs.unet);
  absl::StatusOr<ClipVision> image_encoder = Build<ClipVision>(
      "image_encoder", LoadWeights(folder.image_encoder, load), info.parameters,
      configs.image_encoder);
  absl::StatusOr<AutoencoderKL> vae = Build<AutoencoderKL>(
      "vae", LoadVae(folder, options), info.parameters, configs.vae);
  absl::StatusOr<PoseGuider> pose_guider = Build<PoseGuider>(
      "pose_guider", LoadWeights(folder.pose_guider, load), info.parameters);

  LoadErrors errors;
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

  info.name = FolderName(path);
  ANIMATE_ASSIGN_OR_RETURN(info.digest, digest.Wait());
  info.device = DeviceName(options.device);
  info.dtype = DtypeName(options.dtype);
  info.size_multiple = static_cast<int>(configs.vae.spatial_factor());
  info.max_context_frames =
      motion_frames > 0 ? motion_frames : kUnlimitedFrames;
  info.context_frames = std::min(kContextFrames, info.max_context_frames);
  info.context_overlap = std::min(kContextOverlap, info.context_frames - 1);
  info.num_train_timesteps =
      static_cast<int>(bundle.noise_scheduler.num_train_timesteps);
  ANIMATE_RETURN_IF_ERROR(
      ApplySampling(configs.sampling, info, bundle.noise_scheduler));
  const double seconds =
      absl::ToDoubleSeconds(Clock::Real().Monotonic() - start);
  const double gigabytes = static_cast<double>(SizeOfFiles(folder)) / 1e9;
  Log(LogSeverity::kInfo, "model_read",
      {{"path", path},
       {"dtype", info.dtype},
       {"gigabytes", gigabytes},
       {"seconds", seconds},
       {"gigabytes_per_second", gigabytes / seconds},
       {"motion_frames", motion_frames}});
  bundle.info = std::move(info);
  return bundle;
}

}  // namespace animate
