#ifndef ANIMATE_ENGINE_TRAINING_STAGE_WEIGHTS_H_
#define ANIMATE_ENGINE_TRAINING_STAGE_WEIGHTS_H_

#include <c10/core/Device.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "engine/model/sampling_config.h"
#include "engine/pipeline/folder_config.h"
#include "engine/pipeline/model_bundle.h"
#include "engine/tensor/parameters.h"

namespace animate {

// All weights of a model as a training changes and writes them: float32 on one
// device, by the keys of the published files. A value: copying copies handles.
struct StageWeights {
  FolderConfig config;
  int64_t motion_positions = 32;  // length of the tables in motion_module

  StateDict denoising_unet;  // without motion modules
  StateDict motion_module;
  StateDict reference_unet;
  StateDict pose_guider;
  StateDict vae;
  StateDict image_encoder;
  // Made by a training from scratch, this one or one before it, which its file
  // remembers.
  bool new_image_encoder = false;

  // Returns the denoising UNet's weights with its motion modules.
  StateDict VideoUnet() const;
};

enum class MotionModules { kNone, kPresent };

// Returns the networks for sampling, which take over the weights as they are
// now. Throws c10::Error for weights that do not fit.
ModelBundle BundleOf(const StageWeights& weights, MotionModules motion,
                     c10::Device device);

// Whether a training from scratch wrote the image encoder at this path.
bool WasMadeFromScratch(const std::string& image_encoder);

// Writes a model folder of the published layout at `path`, in place of an
// earlier one once it is complete; floating-point weights as `dtype`,
// `sampling` as its defaults. Errors: those of WriteReplacedFolder and
// SafetensorsWriter.
absl::Status WriteStageModel(const std::string& path,
                             const StageWeights& weights,
                             const SamplingConfig& sampling,
                             c10::ScalarType dtype);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_STAGE_WEIGHTS_H_
