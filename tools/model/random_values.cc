#include "tools/model/random_values.h"

#include <cmath>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>

#include "absl/strings/match.h"
#include "engine/weights/motion_keys.h"

namespace animate {
namespace {

constexpr double kNormDeviation = 0.05;
constexpr double kBiasDeviation = 0.02;
// As CLIP draws its embeddings.
constexpr double kEmbeddingDeviation = 0.02;

// FNV-1a: the generator's seed for one key.
uint64_t SeedOf(const std::string& key, uint64_t seed) {
  uint64_t hash = 0xcbf29ce484222325ull ^ seed;
  for (const char byte : key) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3ull;
  }
  return hash;
}

struct Normal {
  double mean = 0;
  double deviation = 1;
};

Normal DistributionOf(const std::string& key, at::IntArrayRef shape) {
  if (absl::EndsWith(key, "bias")) return {.deviation = kBiasDeviation};
  if (absl::StrContains(key, "embeddings.") &&
      !absl::EndsWith(key, "patch_embedding.weight")) {
    return {.deviation = kEmbeddingDeviation};
  }
  if (shape.size() < 2) return {.mean = 1, .deviation = kNormDeviation};
  int64_t inputs = 1;
  for (const int64_t size : shape.slice(1)) inputs *= size;
  return {.deviation = 1 / std::sqrt(static_cast<double>(inputs))};
}

}  // namespace

at::Tensor RandomValues(const std::string& key, const at::Tensor& like,
                        uint64_t seed) {
  if (!like.is_floating_point()) {
    return at::arange(like.numel(), at::TensorOptions(like.scalar_type()))
        .reshape(like.sizes());
  }
  if (absl::EndsWith(key, "pos_encoder.pe")) {
    return TemporalPositions(like.size(1), like.size(2)).to(like.scalar_type());
  }
  const Normal normal = DistributionOf(key, like.sizes());
  at::Tensor values = at::empty(like.sizes(), at::kFloat);
  values.normal_(normal.mean, normal.deviation,
                 at::make_generator<at::CPUGeneratorImpl>(SeedOf(key, seed)));
  return values.to(like.scalar_type());
}

}  // namespace animate
