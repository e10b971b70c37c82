#include "engine/training/stage_weights.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/base/status_macros.h"
#include "engine/model/config_text.h"
#include "engine/tensor/device.h"
#include "engine/tensor/torch_status.h"
#include "engine/training/replaced_folder.h"
#include "engine/training/vae_files.h"
#include "engine/weights/atomic_file.h"
#include "engine/weights/atomic_folder.h"
#include "engine/weights/safetensors.h"
#include "engine/weights/safetensors_writer.h"

namespace animate {
namespace {

template <typename Network, typename... Config>
Network Build(absl::string_view what, StateDict weights,
              const Config&... config) {
  // In memory of their own, which no training changes.
  for (auto& [key, tensor] : weights) tensor = tensor.detach().clone();
  Parameters parameters(std::move(weights));
  Network network(Scope(parameters), config...);
  const absl::Status fits = parameters.Verify(what);
  TORCH_CHECK(fits.ok(), fits.ToString());
  return network;
}

MotionConfig MotionOf(const StageWeights& weights, MotionModules motion) {
  MotionConfig config = weights.config.inference.motion;
  if (motion == MotionModules::kNone) config.use_motion_module = false;
  return config;
}

absl::Status WriteStageText(const AtomicFolder& folder, absl::string_view name,
                            const std::string& text) {
  ANIMATE_ASSIGN_OR_RETURN(const std::string path, folder.PathFor(name));
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file,
                           AtomicFile::Create(path));
  ANIMATE_RETURN_IF_ERROR(file->Write(text.data(), text.size()));
  return file->Commit();
}

using Metadata = std::map<std::string, std::string>;

// Of an image encoder that no checkpoint of CLIP stands behind.
Metadata FromScratch() { return {{"made_by", "animate-train, from scratch"}}; }

struct NamedWeights {
  absl::string_view file;
  const StateDict* weights;
  Metadata metadata = {};
};

std::vector<NamedWeights> FilesOf(const StageWeights& weights) {
  return {{"denoising_unet.safetensors", &weights.denoising_unet},
          {"motion_module.safetensors", &weights.motion_module},
          {"reference_unet.safetensors", &weights.reference_unet},
          {"pose_guider.safetensors", &weights.pose_guider},
          {"sd-vae-ft-mse/diffusion_pytorch_model.safetensors", &weights.vae},
          {"image_encoder/model.safetensors", &weights.image_encoder,
           weights.new_image_encoder ? FromScratch() : Metadata()}};
}

uint64_t BytesOf(const StageWeights& weights, c10::ScalarType dtype) {
  uint64_t bytes = 0;
  for (const NamedWeights& file : FilesOf(weights)) {
    for (const auto& [key, tensor] : *file.weights) {
      bytes += static_cast<uint64_t>(tensor.numel()) * c10::elementSize(dtype);
    }
  }
  return bytes;
}

StateDict AsDtype(const StateDict& weights, c10::ScalarType dtype) {
  StateDict result;
  for (const auto& [key, tensor] : weights) {
    const bool convert = tensor.is_floating_point();
    const at::Tensor values = tensor.detach();
    result.emplace(key, convert ? values.to(dtype) : values);
  }
  return result;
}

}  // namespace

bool WasMadeFromScratch(const std::string& image_encoder) {
  const absl::StatusOr<Metadata> metadata =
      LoadSafetensorsMetadata(image_encoder);
  return metadata.ok() && *metadata == FromScratch();
}

StateDict StageWeights::VideoUnet() const {
  StateDict all = denoising_unet;
  all.insert(motion_module.begin(), motion_module.end());
  return all;
}

ModelBundle BundleOf(const StageWeights& weights, MotionModules motion,
                     c10::Device device) {
  const FolderConfig& config = weights.config;
  ModelBundle bundle = {
      .image_encoder = Build<ClipVision>("image_encoder", weights.image_encoder,
                                         config.image_encoder),
      .vae = Build<AutoencoderKL>("vae", weights.vae, config.vae),
      .reference_unet = Build<ReferenceUnet>(
          "reference_unet", weights.reference_unet, config.unet),
      .pose_guider = Build<PoseGuider>("pose_guider", weights.pose_guider),
      .denoising_unet = Build<DenoisingUnet>(
          "denoising_unet",
          motion == MotionModules::kNone ? weights.denoising_unet
                                         : weights.VideoUnet(),
          config.unet, MotionOf(weights, motion)),
      .image_encoder_config = config.image_encoder,
      .unet_config = config.unet,
      .noise_scheduler = config.inference.noise_scheduler,
      .options = {.device = device, .dtype = c10::kFloat},
      .info = {}};
  bundle.info.name = "in training";
  bundle.info.device = DeviceName(device);
  bundle.info.dtype = "float32";
  bundle.info.size_multiple = static_cast<int>(config.vae.spatial_factor());
  bundle.info.max_context_frames = static_cast<int>(weights.motion_positions);
  bundle.info.context_frames = bundle.info.max_context_frames;
  bundle.info.context_overlap = 0;
  bundle.info.num_train_timesteps =
      static_cast<int>(bundle.noise_scheduler.num_train_timesteps);
  return bundle;
}

absl::Status WriteStageModel(const std::string& path,
                             const StageWeights& weights,
                             const SamplingConfig& sampling,
                             c10::ScalarType dtype) {
  const FolderConfig& config = weights.config;
  const std::vector<std::pair<absl::string_view, std::string>> texts = {
      {"stable-diffusion-v1-5/unet/config.json", UnetConfigText(config.unet)},
      {"sd-vae-ft-mse/config.json", VaeConfigText(config.vae)},
      {"image_encoder/config.json", ClipVisionConfigText(config.image_encoder)},
      {"topology.json",
       TopologyText(config.inference, sampling, weights.motion_positions)}};
  return WriteReplacedFolder(
      path, BytesOf(weights, dtype),
      [&](const AtomicFolder& folder) -> absl::Status {
        for (const auto& [name, text] : texts) {
          ANIMATE_RETURN_IF_ERROR(WriteStageText(folder, name, text));
        }
        for (const NamedWeights& named : FilesOf(weights)) {
          ANIMATE_ASSIGN_OR_RETURN(const std::string file,
                                   folder.PathFor(named.file));
          ANIMATE_ASSIGN_OR_RETURN(const StateDict tensors,
                                   CallTorch("convert weights", [&] {
                                     return AsDtype(*named.weights, dtype);
                                   }));
          ANIMATE_RETURN_IF_ERROR(
              SaveSafetensors(file, tensors, named.metadata));
        }
        return absl::OkStatus();
      });
}

}  // namespace animate
