#include "engine/tensor/random.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/Generator.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <c10/util/Half.h>

#include <cmath>
#include <cstddef>
#include <numbers>

namespace animate {
namespace {

constexpr int64_t kBlock = 16;

// Turns 16 uniform values into 16 normal ones as torch 2.0.1 does: values 0..7
// give radii, 8..15 angles; rounded to half are only radius, angle and result.
void BoxMullerTorch20(c10::Half* block) {
  for (int j = 0; j < kBlock / 2; ++j) {
    const float uniform1 = 1.0f - static_cast<float>(block[j]);  // (0, 1]
    const float uniform2 = static_cast<float>(block[j + kBlock / 2]);
    const c10::Half radius(std::sqrt(-2.0f * std::log(uniform1)));
    const c10::Half theta(
        static_cast<float>(2.0 * std::numbers::pi * uniform2));
    const float r = static_cast<float>(radius);
    const float t = static_cast<float>(theta);
    block[j] = c10::Half(r * std::cos(t));
    block[j + kBlock / 2] = c10::Half(r * std::sin(t));
  }
}

at::Tensor HalfNoiseTorch20(at::IntArrayRef shape, at::Generator& generator) {
  const int64_t count = c10::multiply_integers(shape);
  // Shorter tensors take another path in torch, the same in every version.
  if (count < kBlock) return at::randn(shape, generator, at::kHalf);
  // at::rand in half precision is the uniform draw of every torch version.
  at::Tensor noise = at::rand({count}, generator, at::kHalf);
  c10::Half* values = noise.mutable_data_ptr<c10::Half>();
  for (int64_t i = 0; i + kBlock <= count; i += kBlock) {
    BoxMullerTorch20(values + i);
  }
  if (count % kBlock != 0) {
    // The last 16 values are drawn again, overlapping the last whole block.
    noise.slice(0, count - kBlock)
        .copy_(at::rand({kBlock}, generator, at::kHalf));
    BoxMullerTorch20(values + count - kBlock);
  }
  return noise.view(shape);
}

}  // namespace

at::Tensor SeededNoise(at::IntArrayRef shape, uint64_t seed,
                       NoiseRecipe recipe) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  switch (recipe) {
    case NoiseRecipe::kHalfTorch20:
      return HalfNoiseTorch20(shape, generator);
    case NoiseRecipe::kHalfCurrent:
      return at::randn(shape, generator, at::kHalf);
    case NoiseRecipe::kFloat32:
      return at::randn(shape, generator, at::kFloat);
  }
  return {};
}

}  // namespace animate
