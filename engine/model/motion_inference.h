#ifndef ANIMATE_ENGINE_MODEL_MOTION_INFERENCE_H_
#define ANIMATE_ENGINE_MODEL_MOTION_INFERENCE_H_

#include "engine/model/model_config.h"
#include "engine/tensor/parameters.h"

namespace animate {

// Completes `motion` from the weights of a denoising UNet, for model folders
// without a file that describes the motion modules: in which levels and
// whether in the mid block they are, how many transformer and attention blocks
// each has, whether with positions, and how narrow. The number of heads leaves
// no trace in the weights and stays as given. Weights without any motion
// module leave everything as given, so that loading reports them as missing
// instead of silently animating nothing.
MotionConfig InferMotionConfig(const Scope& scope, const UnetConfig& unet,
                               const MotionConfig& motion);

}  // namespace animate

#endif  // ANIMATE_ENGINE_MODEL_MOTION_INFERENCE_H_
