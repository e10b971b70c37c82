#ifndef ANIMATE_TESTS_UNIT_ENGINE_TRAINING_VAE_TESTING_H_
#define ANIMATE_TESTS_UNIT_ENGINE_TRAINING_VAE_TESTING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "engine/dataset/training_clip.h"
#include "engine/model/model_config.h"
#include "engine/training/vae_options.h"

namespace animate {

// A few coloured boxes on a coloured ground, chosen by `seed`.
RgbImage BoxPicture(int width, int height, uint64_t seed);

// A reference and `frames` frames of BoxPictures, 32 pixels wide and 48 high.
TrainingClip BoxClip(uint64_t seed, int frames = 1);

// Factor 4, two latent channels, a few thousand weights.
VaeConfig TinyVae();

// Trains a TinyVae on whole pictures from scratch.
VaeTaskOptions TinyVaeOptions();

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_ENGINE_TRAINING_VAE_TESTING_H_
