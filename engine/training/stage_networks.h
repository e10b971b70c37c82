#ifndef ANIMATE_ENGINE_TRAINING_STAGE_NETWORKS_H_
#define ANIMATE_ENGINE_TRAINING_STAGE_NETWORKS_H_

#include <c10/core/Device.h>

#include <cstdint>

#include "engine/model/autoencoder_kl.h"
#include "engine/model/clip_vision.h"
#include "engine/model/denoising_unet.h"
#include "engine/model/pose_guider.h"
#include "engine/model/reference_unet.h"
#include "engine/tensor/parameters.h"
#include "engine/training/stage_options.h"
#include "engine/training/stage_weights.h"

namespace animate {

// The networks that a stage runs, on the very tensors of its StageWeights:
// changing those in place changes the networks.
struct StageNetworks {
  ClipVision image_encoder;
  AutoencoderKL vae;
  ReferenceUnet reference_unet;
  PoseGuider pose_guider;
  DenoisingUnet denoising_unet;  // without motion modules in the image stage

  int64_t cross_attention_dim = 0;
  c10::Device device = c10::Device(c10::kCPU);
};

// Returns the tensors that a stage trains, by network and key
// ("reference_unet.conv_in.weight"), and makes each of them in `weights` a leaf
// of its own that requires gradients.
//   kImage: denoising UNet, ReferenceNet, PoseGuider, and a new image encoder
//     if asked for. All of up_blocks of the ReferenceNet, too: its last norm1
//     are read like the others.
//   kMotion: the motion modules, not their tables of positions.
// Left out is what has no influence on the loss: what chooses among the tokens
// of a cross-attention that has one only, and what follows the last feature
// of the ReferenceNet.
StateDict MakeTrainable(const StageTaskOptions& options, StageWeights& weights);

// Builds the networks; REQUIRES that MakeTrainable was called before. Throws
// c10::Error for weights that do not fit.
StageNetworks BuildStageNetworks(const StageTaskOptions& options,
                                 const StageWeights& weights);

// Returns `weights` with those of `trained`, named as by MakeTrainable, in
// their places.
StageWeights WithTrained(StageWeights weights, const StateDict& trained);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_STAGE_NETWORKS_H_
