#ifndef ANIMATE_ENGINE_PIPELINE_MOTION_WEIGHTS_H_
#define ANIMATE_ENGINE_PIPELINE_MOTION_WEIGHTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/model/model_config.h"
#include "engine/tensor/parameters.h"

namespace animate {

// Returns the denoising UNet's weights out of its two files: the image layers
// (AnimateAnyone's or Stable Diffusion's own) and the motion modules
// (AnimateAnyone's, AnimateDiff's or diffusers', see WithCurrentMotionKeys).
// Where both have a key `image_layers` wins, as in the reference, which loads
// it last. FAILED_PRECONDITION when `motion_module`, read from `file`, has no
// motion module.
absl::StatusOr<StateDict> MergeMotionModules(StateDict image_layers,
                                             const StateDict& motion_module,
                                             absl::string_view file);

// Checks motion modules whose places no configuration describes: every layer
// of every down and up block must have one, as in AnimateDiff v1 to v3 and
// AnimateAnyone; only the middle block may be without (v1, v3).
// FAILED_PRECONDITION, reason MOTION_MODULE_MISSING, names each that is
// missing.
absl::Status CheckMotionModules(const StateDict& denoising_unet,
                                const UnetConfig& unet, absl::string_view file);

// Makes all motion modules change nothing: their last projections become zero,
// and frames know nothing of one another.
void SilenceMotionModules(StateDict& denoising_unet);

// Returns the longest window that every table of positions allows; 0 without
// such tables.
int MaxMotionFrames(const StateDict& denoising_unet);

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_MOTION_WEIGHTS_H_
