#ifndef ANIMATE_ENGINE_TRAINING_VAE_FILES_H_
#define ANIMATE_ENGINE_TRAINING_VAE_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/model/model_config.h"
#include "engine/tensor/parameters.h"

namespace animate {

struct VaeModel {
  VaeConfig config;
  StateDict weights;  // float32 on the CPU
};

// Reads the VAE in `folder`: a model folder, or the folder sd-vae-ft-mse of
// one, with config.json and diffusion_pytorch_model.safetensors or .bin.
// NOT_FOUND when it is neither; FAILED_PRECONDITION for a configuration that
// cannot be used or weights that do not fit it.
absl::StatusOr<VaeModel> ReadVae(const std::string& folder);

// Writes <path>/sd-vae-ft-mse/ as published, float32. Replaces what is at
// `path` in one step.
absl::Status WriteVae(const std::string& path, const VaeModel& model);

// The text of config.json, as diffusers writes it.
std::string VaeConfigText(const VaeConfig& config);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_VAE_FILES_H_
