#include "engine/training/weight_init.h"

#include <cmath>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "engine/training/sample_seed.h"
#include "engine/weights/motion_keys.h"

namespace animate {
namespace {

constexpr double kSmallDeviation = 0.02;
constexpr double kBranchEnd = 0.2;
constexpr double kVaeBranchEnd = 0.3;

// FNV-1a.
uint64_t HashOf(const std::string& key) {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (const char byte : key) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3ull;
  }
  return hash;
}

at::Tensor Uniform(at::IntArrayRef shape, double bound, at::Generator random) {
  return at::empty(shape, at::kFloat).uniform_(-bound, bound, random);
}

at::Tensor Normal(at::IntArrayRef shape, double deviation,
                  at::Generator random) {
  return at::empty(shape, at::kFloat).normal_(0, deviation, random);
}

at::Tensor Draw(InitDistribution distribution, at::IntArrayRef shape,
                double fan_in, const at::Generator& random) {
  switch (distribution) {
    case InitDistribution::kUniform:
      return Uniform(shape, 1 / std::sqrt(fan_in), random);
    case InitDistribution::kNormal:
      return Normal(shape, 1 / std::sqrt(fan_in), random);
    case InitDistribution::kKaiming:
      return Normal(shape, std::sqrt(2 / fan_in), random);
    case InitDistribution::kSmall:
      return Normal(shape, kSmallDeviation, random);
    case InitDistribution::kZero:
      break;
  }
  return at::zeros(shape, at::kFloat);
}

double FanIn(at::IntArrayRef weight_shape) {
  return static_cast<double>(c10::multiply_integers(weight_shape.slice(1)));
}

InitRule RuleFor(const std::string& key, const WeightInit& init) {
  for (const InitRule& rule : init.rules) {
    if (absl::StrContains(key, rule.key_part)) return rule;
  }
  return {.key_part = "", .distribution = init.otherwise};
}

// "conv1.weight" beside "conv1.bias".
std::string Sibling(const std::string& key, absl::string_view suffix,
                    absl::string_view other) {
  return key.substr(0, key.size() - suffix.size()) + std::string(other);
}

// The tensors of one network, each by its own rule.
class Initialiser {
 public:
  Initialiser(const std::vector<ParameterRequest>& requests,
              const WeightInit& init, uint64_t seed)
      : init_(init), seed_(seed) {
    for (const ParameterRequest& request : requests) {
      shapes_[request.key] = request.shape;
    }
  }

  StateDict Run() const {
    StateDict weights;
    for (const auto& [key, shape] : shapes_) {
      weights.emplace(key, TensorFor(key, shape));
    }
    return weights;
  }

 private:
  at::Tensor TensorFor(const std::string& key,
                       const std::vector<int64_t>& shape) const {
    if (absl::EndsWith(key, "pos_encoder.pe")) {
      return TemporalPositions(init_.positions, shape.back());
    }
    const at::Generator random =
        at::make_generator<at::CPUGeneratorImpl>(MixSeeds(seed_, HashOf(key)));
    if (absl::EndsWith(key, ".bias")) return BiasFor(key, shape, random);
    if (!absl::EndsWith(key, ".weight") ||
        absl::EndsWith(key, "position_embedding.weight")) {
      return Normal(shape, kSmallDeviation, random);
    }
    if (shape.size() < 2) return at::ones(shape, at::kFloat);
    const InitRule rule = RuleFor(key, init_);
    return Draw(rule.distribution, shape, FanIn(shape), random)
        .mul_(rule.scale);
  }

  at::Tensor BiasFor(const std::string& key, const std::vector<int64_t>& shape,
                     const at::Generator& random) const {
    const auto weight = shapes_.find(Sibling(key, ".bias", ".weight"));
    const bool map = weight != shapes_.end() && weight->second.size() > 1;
    const InitRule rule = RuleFor(key, init_);
    if (!map || init_.bias == InitBias::kZero ||
        rule.distribution == InitDistribution::kZero) {
      return at::zeros(shape, at::kFloat);
    }
    return Uniform(shape, rule.scale / std::sqrt(FanIn(weight->second)),
                   random);
  }

  std::map<std::string, std::vector<int64_t>> shapes_;
  const WeightInit& init_;
  const uint64_t seed_;
};

}  // namespace

WeightInit UnetInit() {
  return {.rules = {{.key_part = "temporal_transformer.proj_out.",
                     .distribution = InitDistribution::kZero},
                    {.key_part = ".proj_out.", .scale = kBranchEnd},
                    {.key_part = ".conv2.", .scale = kBranchEnd},
                    {.key_part = "conv_out.", .scale = kBranchEnd}}};
}

WeightInit PoseGuiderInit() {
  return {.rules = {},
          .otherwise = InitDistribution::kKaiming,
          .bias = InitBias::kZero};
}

WeightInit ImageEncoderInit() { return {}; }

WeightInit VaeInit() {
  return {.rules = {{.key_part = ".conv1.",
                     .distribution = InitDistribution::kKaiming},
                    {.key_part = ".conv2.",
                     .distribution = InitDistribution::kKaiming,
                     .scale = kVaeBranchEnd},
                    {.key_part = ".to_out.",
                     .distribution = InitDistribution::kNormal,
                     .scale = kVaeBranchEnd}},
          .otherwise = InitDistribution::kNormal,
          .bias = InitBias::kZero};
}

std::vector<ParameterRequest> RequestsOf(
    absl::FunctionRef<void(const Scope&)> build) {
  Parameters nothing{StateDict{}};
  build(Scope(nothing));
  return nothing.requests();
}

StateDict InitialWeights(const std::vector<ParameterRequest>& requests,
                         const WeightInit& init, uint64_t seed) {
  return Initialiser(requests, init, seed).Run();
}

}  // namespace animate
