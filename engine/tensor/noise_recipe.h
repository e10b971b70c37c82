#ifndef ANIMATE_ENGINE_TENSOR_NOISE_RECIPE_H_
#define ANIMATE_ENGINE_TENSOR_NOISE_RECIPE_H_

namespace animate {

// How a seed becomes noise. The three give different pictures for one seed.
enum class NoiseRecipe {
  // Half precision with the roundings of torch 2.0.1, which the reference
  // pins and with which its results were made.
  kHalfTorch20,
  // Half precision as the LibTorch at hand draws it. Since torch 2.1 every
  // operation rounds to half: about a third of the values differ, by at most
  // 0.004.
  kHalfCurrent,
  // Single precision: the same in every torch version, with longer tails.
  kFloat32,
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TENSOR_NOISE_RECIPE_H_
