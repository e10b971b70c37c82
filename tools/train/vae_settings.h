#ifndef ANIMATE_TOOLS_TRAIN_VAE_SETTINGS_H_
#define ANIMATE_TOOLS_TRAIN_VAE_SETTINGS_H_

#include <string>

#include "engine/training/vae_options.h"
#include "tools/train/setting_visitor.h"

namespace animate {

// What a configuration says about the training of a VAE.
struct VaeSettings {
  VaeTaskOptions task;
  // Clips of which mean and scale of the latents are measured.
  int statistics_clips = 32;
  // A model folder whose UNets predict latents for task.predicted_fraction.
  std::string predictions_model;
};

void VisitVae(SettingVisitor& visitor, VaeSettings& settings);

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_VAE_SETTINGS_H_
