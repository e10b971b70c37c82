#ifndef ANIMATE_ENGINE_WEIGHTS_MODEL_FOLDER_H_
#define ANIMATE_ENGINE_WEIGHTS_MODEL_FOLDER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/cancellation.h"

namespace animate {

// The files of a complete model, as published:
//   denoising_unet.pth  reference_unet.pth  motion_module.pth  pose_guider.pth
//   sd-vae-ft-mse/{config.json, diffusion_pytorch_model.safetensors}
//   image_encoder/{config.json, pytorch_model.bin}
//   stable-diffusion-v1-5/unet/config.json
// and, optionally, topology.json (all configuration in one place, ours) and
// inference_v2.yaml (motion module and scheduler, the reference's), also under
// configs/inference/. Without both of the latter the published defaults hold.
// Beside each .pth name the names .safetensors, .safetensors.index.json, .bin
// and .ckpt are accepted, safetensors first. A motion module may also have the
// name AnimateDiff gave it (mm_sd_v15.ckpt, mm_sd_v15_v2.ckpt, v3_sd15_mm.ckpt)
// or be diffusers' folder motion_module/, whose weights are called
// diffusion_pytorch_model.
struct ModelFolder {
  std::string path;

  // Paths of weights, for LoadStateDict.
  std::string denoising_unet;
  std::string reference_unet;
  std::string motion_module;
  std::string pose_guider;
  std::string vae;
  std::string image_encoder;

  // Contents: JSON objects.
  std::string unet_config;
  std::string vae_config;
  std::string image_encoder_config;
  std::optional<std::string> topology;
  std::optional<std::string> inference_config;  // Converted from YAML.

  // Every file above, relative to `path`, sorted; and those of them that are
  // configuration.
  std::vector<std::string> files;
  std::vector<std::string> configs;
};

// Finds the files of the model in the folder at `path`; opens the
// configurations only. NOT_FOUND when the folder itself is missing;
// FAILED_PRECONDITION, reason MODEL_FILES_MISSING, that lists everything
// missing with all names that would do; FAILED_PRECONDITION for a
// configuration that is not a JSON object.
absl::StatusOr<ModelFolder> FindModelFolder(const std::string& path);

// The same of the configuration alone: the paths of weights stay empty, and
// `files` has the configuration's. For a folder to make weights for.
absl::StatusOr<ModelFolder> FindModelConfigs(const std::string& path);

// Returns ModelFolder::files and the shards that an index among them names.
absl::StatusOr<std::vector<std::string>> ModelFiles(const ModelFolder& folder);

// SHA-256 of one file, by its name relative to the folder.
struct FileDigest {
  std::string file;
  std::string sha256;
};

// Returns the identity of a model: the SHA-256 of "<sha256>  <file>\n" for
// each of its files in the order of their names.
std::string ModelDigest(std::vector<FileDigest> files);

// The same, of all ModelFiles. Reads everything, several files at a time:
// about a second per gigabyte and processor. Cancelled as Sha256OfFile is.
absl::StatusOr<std::string> ModelDigest(
    const ModelFolder& folder, const CancellationToken* cancel = nullptr);

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_MODEL_FOLDER_H_
