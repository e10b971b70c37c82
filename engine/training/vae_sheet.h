#ifndef ANIMATE_ENGINE_TRAINING_VAE_SHEET_H_
#define ANIMATE_ENGINE_TRAINING_VAE_SHEET_H_

#include <vector>

#include <c10/core/Device.h>

#include "engine/animation/image.h"
#include "engine/model/autoencoder_kl.h"

namespace animate {

using SheetRow = std::vector<RgbImage>;

// Returns the pictures in rows and columns as wide and high as the largest, a
// few white pixels between them. Empty for no picture.
RgbImage PictureGrid(const std::vector<SheetRow>& rows);

// Returns the picture that comes back from the mean of its latents.
RgbImage Reconstruct(const AutoencoderKL& vae, const RgbImage& picture,
                     c10::Device device);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_VAE_SHEET_H_
