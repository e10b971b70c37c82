#ifndef ANIMATE_ENGINE_TRAINING_STAGE_OPTIONS_H_
#define ANIMATE_ENGINE_TRAINING_STAGE_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "engine/diffusion/ddim_scheduler.h"
#include "engine/model/model_config.h"
#include "engine/model/sampling_config.h"
#include "engine/schedule/noise_schedule.h"

// What a user decides about the two stages of Animate Anyone's training (Hu
// 2023, section 4.1), beside optimiser and data.
namespace animate {

// How noisy the latents are that a network is trained on. What the two
// probabilities leave is uniform over all timesteps.
struct TimestepMixture {
  double last = 0.0;  // probability of the last timestep, pure noise; [0, 1]
  double high = 0.0;  // of a uniform one in [high_from, last]; with `last` <= 1
  int64_t high_from = 800;  // in [0, num_train_timesteps)
};

// Defaults: the paper's plain loss. The public implementation has a
// noise_offset of 0.05 and an snr_gamma of 5.
struct DiffusionOptions {
  NoiseScheduleConfig noise_schedule = {.beta_curve = BetaCurve::kScaledLinear};
  PredictionType prediction_type = PredictionType::kVPrediction;
  TimestepMixture timesteps;
  double noise_offset = 0.0;  // >= 0
  // Probability that all frames of a clip have the same noise, as those have
  // that are sampled with NoiseMode::kShared; [0, 1].
  double shared_noise = 0.0;
  // Probability that the noise hides not the truth but what the network itself
  // makes of the last timestep, as it does in every step of sampling after the
  // first; what is asked for stays the truth. Networks that have never seen
  // their own errors keep them: more steps then lead further away from the
  // truth, not nearer. [0, 1]; not for kEpsilon. Costs another forward pass.
  double rollout = 0.0;
  double snr_gamma = 0.0;  // 0: every timestep counts the same; else >= 1
};

enum class TrainingStage {
  kImage,   // single frames; everything but the temporal layers
  kMotion,  // clips; the temporal layers alone
};

// Which of its forms a new PoseGuider has; see PoseGuider.
enum class PoseGuiderForm {
  kPublic,  // added after conv_in
  kPaper,   // added to the noisy latents
};

// Networks to be made. What follows from other settings is ignored here:
// in_channels and out_channels (the VAE's latents), cross_attention_dim (the
// image encoder's projection_dim) and time_embedding_dim (4 times the first of
// block_out_channels).
struct NewNetworks {
  UnetConfig unet;
  MotionConfig motion;
  int64_t motion_positions = 32;  // the longest window of frames; >= 1
  ClipVisionConfig image_encoder;
  PoseGuiderForm pose_guider = PoseGuiderForm::kPublic;
  // Widths from the picture to the latents: one more than the VAE halves its
  // pictures; 16, 32, 64, 128 in the paper.
  std::vector<int64_t> pose_guider_channels = {16, 32, 96, 256};
};

// Where weights come from. Each is a path; empty ones are made new, or for
// stage 2, come from `model`.
struct InitialModel {
  // A complete model folder. With it the others replace parts of it.
  std::string model;
  // A folder with config.json and weights, or a model folder.
  std::string vae;
  // A UNet of Stable Diffusion or of image-variations, for both UNets: its
  // folder, with config.json, or a model folder of which ReferenceNet and
  // denoising UNet are taken.
  std::string unet;
  // A folder with config.json and weights, or a model folder.
  std::string image_encoder;
  // A file: AnimateDiff's or AnimateAnyone's.
  std::string motion_module;
  // A file of a PoseGuider, or of a ControlNet whose hint encoder it is.
  std::string pose_guider;
};

struct StageTaskOptions {
  TrainingStage stage = TrainingStage::kImage;
  InitialModel init;
  NewNetworks networks;
  uint64_t init_seed = 0;  // of new weights

  DiffusionOptions diffusion;

  // Probability that a clip is trained without reference and embedding; [0, 1).
  double condition_dropout = 0.1;

  // Whether the image encoder is trained, too: only one that is new, or that a
  // training from scratch has written.
  bool train_image_encoder = false;

  // Gives up activations of the UNets and computes them again for the gradient:
  // less memory for a third more time.
  bool gradient_checkpointing = false;

  std::string device = "auto";            // see ParseDevice
  std::string weights_dtype = "float16";  // of the folders written

  // Written into the folders, for those who sample without saying how.
  SamplingConfig sampling;

  int sheet_steps = 20;  // DDIM steps of contact sheets; >= 1
  int sheet_frames = 4;  // of each clip at most; >= 1
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_STAGE_OPTIONS_H_
