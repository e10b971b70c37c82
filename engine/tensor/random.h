#ifndef ANIMATE_ENGINE_TENSOR_RANDOM_H_
#define ANIMATE_ENGINE_TENSOR_RANDOM_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "engine/tensor/noise_recipe.h"

namespace animate {

// Draws standard normal noise of `shape` on the CPU from a Mersenne Twister
// seeded with `seed`, so that a seed means the same on every device. Returns a
// CPU tensor, kHalf or kFloat after the recipe. Thread-safe.
at::Tensor SeededNoise(at::IntArrayRef shape, uint64_t seed,
                       NoiseRecipe recipe);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TENSOR_RANDOM_H_
