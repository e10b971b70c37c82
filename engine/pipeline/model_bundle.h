#ifndef ANIMATE_ENGINE_PIPELINE_MODEL_BUNDLE_H_
#define ANIMATE_ENGINE_PIPELINE_MODEL_BUNDLE_H_

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/animation/animator.h"
#include "engine/model/autoencoder_kl.h"
#include "engine/model/clip_vision.h"
#include "engine/model/denoising_unet.h"
#include "engine/model/model_config.h"
#include "engine/model/pose_guider.h"
#include "engine/model/reference_unet.h"

namespace animate {

struct ModelOptions {
  c10::Device device = c10::Device(c10::kCPU);
  c10::ScalarType dtype = c10::kFloat;
  // Without them each frame is made as if it were alone, to see what they do.
  bool temporal_layers = true;
};

// The five networks of a model folder with what is known about them; all on
// one device, in one type. Immutable; safe to share.
struct ModelBundle {
  ClipVision image_encoder;
  AutoencoderKL vae;
  ReferenceUnet reference_unet;
  PoseGuider pose_guider;
  DenoisingUnet denoising_unet;

  ClipVisionConfig image_encoder_config;
  UnetConfig unet_config;
  NoiseSchedulerConfig noise_scheduler;
  ModelOptions options;
  ModelInfo info;
};

// OK when the networks of `bundle`, whose autoencoder is of `vae`, can work
// together; FAILED_PRECONDITION that names everything that does not fit.
absl::Status CheckNetworksFit(const ModelBundle& bundle, const VaeConfig& vae);

// Loads the model in the folder at `path` (see ModelFolder). Motion modules,
// scheduler and sampling are configured by topology.json, else by
// inference_v2.yaml, else by the published defaults and the weights' own
// shapes. Reads every byte, for the digest. Errors: those of FindModelFolder;
// else one FAILED_PRECONDITION (reason MODEL_INVALID unless there is a single
// cause with its own) that names every unreadable file, every missing,
// unexpected and misshapen key, and every disagreement between the networks;
// RESOURCE_EXHAUSTED when memory runs out.
absl::StatusOr<ModelBundle> LoadModelBundle(const std::string& path,
                                            const ModelOptions& options);

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_MODEL_BUNDLE_H_
