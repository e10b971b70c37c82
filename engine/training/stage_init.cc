#include "engine/training/stage_init.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/model/clip_vision.h"
#include "engine/model/config_text.h"
#include "engine/model/denoising_unet.h"
#include "engine/model/motion_inference.h"
#include "engine/model/reference_unet.h"
#include "engine/pipeline/motion_weights.h"
#include "engine/tensor/torch_status.h"
#include "engine/training/pose_guider_weights.h"
#include "engine/training/sample_seed.h"
#include "engine/training/vae_files.h"
#include "engine/training/weight_init.h"
#include "engine/weights/key_mapping.h"
#include "engine/weights/load_weights.h"
#include "engine/weights/model_folder.h"
#include "engine/weights/motion_keys.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

// What the seed of new weights is mixed with, one for each network.
enum class NewPart : uint64_t {
  kDenoisingUnet,
  kReferenceUnet,
  kPoseGuider,
  kImageEncoder,
};

uint64_t SeedFor(const StageTaskOptions& options, NewPart part) {
  return MixSeeds(options.init_seed, static_cast<uint64_t>(part));
}

// Weights in memory of their own: files may be replaced while they are trained.
absl::StatusOr<StateDict> LoadOwn(const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(const LoadedWeights loaded, LoadWeights(path, {}));
  return CallTorch(path, [&] {
    StateDict own;
    for (const auto& [key, tensor] : loaded.tensors) {
      own.emplace(key, tensor.clone());
    }
    return own;
  });
}

std::string FirstFile(const fs::path& folder,
                      const std::vector<std::string>& names) {
  std::error_code error;
  for (const std::string& name : names) {
    if (fs::is_regular_file(folder / name, error)) {
      return (folder / name).string();
    }
  }
  return "";
}

absl::StatusOr<std::string> FileOf(const std::string& folder,
                                   absl::string_view what,
                                   const std::vector<std::string>& names) {
  std::string file = FirstFile(folder, names);
  if (!file.empty()) return file;
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat(folder, ": no ", what, ": want ", names[0]),
                   {.reason = "MODEL_FILES_MISSING"});
}

std::string ReadWhole(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string{std::istreambuf_iterator<char>(stream), {}};
}

StateDict WithoutOutputLayers(StateDict unet) {
  for (auto it = unet.begin(); it != unet.end();) {
    const bool output = absl::StartsWith(it->first, "conv_norm_out.") ||
                        absl::StartsWith(it->first, "conv_out.");
    it = output ? unet.erase(it) : std::next(it);
  }
  return unet;
}

// Splits the motion modules off a denoising UNet's weights.
void TakeVideoUnet(const StateDict& all, StageWeights& weights) {
  weights.denoising_unet.clear();
  weights.motion_module.clear();
  for (const auto& [key, tensor] : all) {
    (IsMotionKey(key) ? weights.motion_module : weights.denoising_unet)
        .emplace(key, tensor);
  }
}

void InferMotion(StageWeights& weights) {
  Parameters parameters(weights.VideoUnet());
  weights.config.inference.motion = InferMotionConfig(
      Scope(parameters), weights.config.unet, weights.config.inference.motion);
}

absl::Status TakeModel(const std::string& path, StageWeights& weights) {
  ANIMATE_ASSIGN_OR_RETURN(const ModelFolder folder, FindModelFolder(path));
  ANIMATE_ASSIGN_OR_RETURN(weights.config, ParseFolderConfig(folder));
  ANIMATE_ASSIGN_OR_RETURN(StateDict image, LoadOwn(folder.denoising_unet));
  ANIMATE_ASSIGN_OR_RETURN(const StateDict motion,
                           LoadOwn(folder.motion_module));
  ANIMATE_ASSIGN_OR_RETURN(
      const StateDict all,
      MergeMotionModules(std::move(image), motion, folder.motion_module));
  TakeVideoUnet(all, weights);
  if (!weights.config.describes_motion) InferMotion(weights);
  ANIMATE_ASSIGN_OR_RETURN(weights.reference_unet,
                           LoadOwn(folder.reference_unet));
  weights.reference_unet = WithoutOutputLayers(weights.reference_unet);
  ANIMATE_ASSIGN_OR_RETURN(weights.pose_guider, LoadOwn(folder.pose_guider));
  ANIMATE_ASSIGN_OR_RETURN(weights.vae, LoadOwn(folder.vae));
  ANIMATE_ASSIGN_OR_RETURN(weights.vae, WithCurrentVaeKeys(weights.vae));
  ANIMATE_ASSIGN_OR_RETURN(weights.image_encoder,
                           LoadOwn(folder.image_encoder));
  weights.new_image_encoder = WasMadeFromScratch(folder.image_encoder);
  return absl::OkStatus();
}

absl::Status TakeVae(const std::string& path, StageWeights& weights) {
  ANIMATE_ASSIGN_OR_RETURN(VaeModel vae, ReadVae(path));
  weights.config.vae = vae.config;
  weights.vae = std::move(vae.weights);
  return absl::OkStatus();
}

absl::Status TakeImageEncoder(const std::string& path, StageWeights& weights) {
  ANIMATE_ASSIGN_OR_RETURN(
      const std::string config,
      FileOf(path, "image encoder configuration",
             {"image_encoder/config.json", "config.json"}));
  ANIMATE_ASSIGN_OR_RETURN(
      const std::string file,
      FileOf(fs::path(config).parent_path().string(), "image encoder",
             {"model.safetensors", "pytorch_model.bin"}));
  ANIMATE_ASSIGN_OR_RETURN(weights.config.image_encoder,
                           ParseClipVisionConfig(ReadWhole(config), config));
  ANIMATE_ASSIGN_OR_RETURN(weights.image_encoder, LoadOwn(file));
  weights.new_image_encoder = WasMadeFromScratch(file);
  return absl::OkStatus();
}

// Of a Stable Diffusion both networks begin the same; a model folder has both.
absl::Status TakeUnets(const std::string& path, StageWeights& weights) {
  std::error_code error;
  if (fs::exists(fs::path(path) / "stable-diffusion-v1-5", error)) {
    StageWeights other;
    ANIMATE_RETURN_IF_ERROR(TakeModel(path, other));
    weights.config.unet = other.config.unet;
    weights.denoising_unet = std::move(other.denoising_unet);
    weights.reference_unet = std::move(other.reference_unet);
    return absl::OkStatus();
  }
  ANIMATE_ASSIGN_OR_RETURN(
      const std::string config,
      FileOf(path, "UNet configuration", {"unet/config.json", "config.json"}));
  ANIMATE_ASSIGN_OR_RETURN(
      const std::string file,
      FileOf(fs::path(config).parent_path().string(), "UNet",
             {"diffusion_pytorch_model.safetensors",
              "diffusion_pytorch_model.bin"}));
  ANIMATE_ASSIGN_OR_RETURN(weights.config.unet,
                           ParseUnetConfig(ReadWhole(config), config));
  ANIMATE_ASSIGN_OR_RETURN(weights.denoising_unet, LoadOwn(file));
  ANIMATE_ASSIGN_OR_RETURN(StateDict reference, LoadOwn(file));
  weights.reference_unet = WithoutOutputLayers(std::move(reference));
  return absl::OkStatus();
}

absl::Status TakeMotion(const std::string& path, StageWeights& weights) {
  ANIMATE_ASSIGN_OR_RETURN(const StateDict file, LoadOwn(path));
  ANIMATE_ASSIGN_OR_RETURN(const StateDict current,
                           WithCurrentMotionKeys(file));
  weights.motion_module.clear();
  for (const auto& [key, tensor] : current) {
    if (IsMotionKey(key)) weights.motion_module.emplace(key, tensor);
  }
  InferMotion(weights);
  return absl::OkStatus();
}

// What a file can say about networks, so that one set of rules holds for those
// read and those made.
absl::Status CheckNewNetworks(const StageTaskOptions& options,
                              StageWeights& weights) {
  const auto bad = [](const absl::Status& status) {
    return MakeError(absl::StatusCode::kInvalidArgument, status.message(),
                     {.reason = "BAD_CONFIG"});
  };
  const absl::StatusOr<UnetConfig> unet =
      ParseUnetConfig(UnetConfigText(weights.config.unet), "networks.unet");
  if (!unet.ok()) return bad(unet.status());
  const absl::StatusOr<ClipVisionConfig> encoder =
      ParseClipVisionConfig(ClipVisionConfigText(weights.config.image_encoder),
                            "networks.image_encoder");
  if (!encoder.ok()) return bad(encoder.status());
  const absl::Status motion = CheckMotionFits(
      weights.config.inference.motion, weights.config.unet, "networks.motion");
  if (!motion.ok()) return bad(motion);
  if (options.networks.motion_positions < 1 ||
      options.networks.pose_guider_channels.empty()) {
    return bad(absl::InvalidArgumentError(
        "networks: motion_positions and pose_guider_channels must be given"));
  }
  return absl::OkStatus();
}

// The configurations of networks that no file describes.
void DescribeNew(const StageTaskOptions& options, StageWeights& weights) {
  const NewNetworks& networks = options.networks;
  FolderConfig& config = weights.config;
  if (weights.image_encoder.empty()) {
    config.image_encoder = networks.image_encoder;
  }
  if (weights.denoising_unet.empty()) {
    config.unet = networks.unet;
    config.unet.in_channels = config.vae.latent_channels;
    config.unet.out_channels = config.vae.latent_channels;
    config.unet.cross_attention_dim = config.image_encoder.projection_dim;
    config.unet.time_embedding_dim = 4 * config.unet.block_out_channels[0];
  }
  if (weights.motion_module.empty()) {
    config.inference.motion = networks.motion;
    weights.motion_positions = networks.motion_positions;
  }
}

void MakeNew(const StageTaskOptions& options, StageWeights& weights) {
  const NewNetworks& networks = options.networks;
  const FolderConfig& config = weights.config;
  const bool new_unet = weights.denoising_unet.empty();
  WeightInit unet_init = UnetInit();
  unet_init.positions = weights.motion_positions;
  if (new_unet || weights.motion_module.empty()) {
    StageWeights fresh;
    TakeVideoUnet(
        InitialWeights(RequestsOf([&](const Scope& scope) {
                         DenoisingUnet(scope, config.unet,
                                       config.inference.motion);
                       }),
                       unet_init, SeedFor(options, NewPart::kDenoisingUnet)),
        fresh);
    if (new_unet) weights.denoising_unet = std::move(fresh.denoising_unet);
    if (weights.motion_module.empty()) {
      weights.motion_module = std::move(fresh.motion_module);
    }
  }
  if (weights.reference_unet.empty()) {
    weights.reference_unet =
        InitialWeights(RequestsOf([&](const Scope& scope) {
                         ReferenceUnet(scope, config.unet);
                       }),
                       UnetInit(), SeedFor(options, NewPart::kReferenceUnet));
  }
  if (weights.pose_guider.empty()) {
    const uint64_t seed = SeedFor(options, NewPart::kPoseGuider);
    weights.pose_guider =
        networks.pose_guider == PoseGuiderForm::kPaper
            ? NewPaperPoseGuider(networks.pose_guider_channels,
                                 config.unet.in_channels, seed)
            : NewPublicPoseGuider(
                  networks.pose_guider_channels,
                  config.unet.block_out_channels[0],
                  new_unet ? PoseGuiderEnd::kKaiming : PoseGuiderEnd::kZero,
                  seed);
  }
  if (weights.image_encoder.empty()) {
    weights.new_image_encoder = true;
    weights.image_encoder = InitialWeights(
        RequestsOf([&](const Scope& scope) {
          ClipVision(scope, config.image_encoder);
        }),
        ImageEncoderInit(), SeedFor(options, NewPart::kImageEncoder));
  }
}

// The folder's scheduler is the training's: a model is sampled by the schedule
// it has learnt.
void SetScheduler(const DiffusionOptions& diffusion,
                  NoiseSchedulerConfig& config) {
  const NoiseScheduleConfig& schedule = diffusion.noise_schedule;
  config.num_train_timesteps = schedule.num_train_timesteps;
  config.beta_start = schedule.beta_start;
  config.beta_end = schedule.beta_end;
  config.beta_schedule = schedule.beta_curve == BetaCurve::kScaledLinear
                             ? "scaled_linear"
                             : "linear";
  config.rescale_betas_zero_snr = schedule.rescale_betas_zero_snr;
  config.prediction_type =
      diffusion.prediction_type == PredictionType::kEpsilon  ? "epsilon"
      : diffusion.prediction_type == PredictionType::kSample ? "sample"
                                                             : "v_prediction";
}

}  // namespace

absl::StatusOr<StageWeights> LoadStageWeights(const StageTaskOptions& options,
                                              c10::Device device) {
  const InitialModel& init = options.init;
  StageWeights weights;
  if (!init.model.empty()) {
    ANIMATE_RETURN_IF_ERROR(TakeModel(init.model, weights));
  }
  if (!init.vae.empty()) ANIMATE_RETURN_IF_ERROR(TakeVae(init.vae, weights));
  if (weights.vae.empty()) {
    return FieldError("init.vae", "must name a VAE, or init.model a model",
                      "BAD_CONFIG");
  }
  if (!init.image_encoder.empty()) {
    ANIMATE_RETURN_IF_ERROR(TakeImageEncoder(init.image_encoder, weights));
  }
  if (!init.unet.empty()) {
    ANIMATE_RETURN_IF_ERROR(TakeUnets(init.unet, weights));
  }
  if (!init.motion_module.empty()) {
    ANIMATE_RETURN_IF_ERROR(TakeMotion(init.motion_module, weights));
  }
  if (!init.pose_guider.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(const StateDict file, LoadOwn(init.pose_guider));
    weights.pose_guider = PoseGuiderFrom(file);
  }
  DescribeNew(options, weights);
  ANIMATE_RETURN_IF_ERROR(CheckNewNetworks(options, weights));
  SetScheduler(options.diffusion, weights.config.inference.noise_scheduler);
  return CallTorch("make weights", [&]() -> absl::StatusOr<StageWeights> {
    MakeNew(options, weights);
    if (const int frames = MaxMotionFrames(weights.motion_module); frames > 0) {
      weights.motion_positions = frames;
    }
    for (StateDict* network : {&weights.denoising_unet, &weights.motion_module,
                               &weights.reference_unet, &weights.pose_guider,
                               &weights.vae, &weights.image_encoder}) {
      for (auto& [key, tensor] : *network) tensor = tensor.to(device);
    }
    ANIMATE_RETURN_IF_ERROR(
        CheckNetworksFit(BundleOf(weights, MotionModules::kPresent, device),
                         weights.config.vae));
    return weights;
  });
}

}  // namespace animate
