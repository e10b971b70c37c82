#ifndef ANIMATE_ENGINE_TRAINING_WEIGHT_INIT_H_
#define ANIMATE_ENGINE_TRAINING_WEIGHT_INIT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "engine/tensor/parameters.h"

namespace animate {

// How the weights of one linear map or convolution begin; fan_in is the number
// of inputs of one output.
enum class InitDistribution {
  kUniform,  // U(-1/sqrt(fan_in), 1/sqrt(fan_in)): PyTorch's own
  kNormal,   // N(0, 1/fan_in): keeps the variance of linear maps
  kKaiming,  // N(0, 2/fan_in): keeps it where a rectifier follows
  kSmall,    // N(0, 0.02^2): CLIP's
  kZero,
};

enum class InitBias {
  kUniform,  // U(-1/sqrt(fan_in), 1/sqrt(fan_in)): PyTorch's own
  kZero,
};

// What holds for the layers whose path contains `key_part`.
struct InitRule {
  std::string key_part;  // "conv2.", "proj_out"
  InitDistribution distribution = InitDistribution::kUniform;
  double scale = 1.0;  // of the drawn weights, >= 0
};

// The first rule that fits decides on the weights of a linear map or
// convolution; `otherwise` where none does. The scale of a norm begins at 1 and
// its shift at 0; tables "pos_encoder.pe" are sinusoids; other tensors with a
// name of their own (class_embedding, position_embedding) are N(0, 0.02^2).
struct WeightInit {
  std::vector<InitRule> rules;
  InitDistribution otherwise = InitDistribution::kUniform;
  InitBias bias = InitBias::kUniform;
  // The length of "pos_encoder.pe", which networks take as it comes.
  int64_t positions = 32;
};

// The rules for each network trained from scratch.
//   UNet: PyTorch's, with what ends a residual branch scaled by 0.2, so that
//     blocks begin near the identity; motion modules end in zero and change
//     nothing until they have learnt (Guo et al. 2023, AnimateDiff).
//   Pose Guider: Kaiming, conv_out not zero.
//   VAE: kaiming or plain normal with quiet branch ends.
WeightInit UnetInit();
WeightInit PoseGuiderInit();
WeightInit ImageEncoderInit();
WeightInit VaeInit();

// Returns what a network asks for when `build` constructs it below the scope
// it is given, without any memory:
//   RequestsOf([&](const Scope& scope) { AutoencoderKL(scope, config); })
std::vector<ParameterRequest> RequestsOf(
    absl::FunctionRef<void(const Scope&)> build);

// Returns float32 tensors on the CPU for `requests`. The values of one depend
// on `seed`, its key and its shape alone, so that a network with a level more
// begins like the other where both agree.
StateDict InitialWeights(const std::vector<ParameterRequest>& requests,
                         const WeightInit& init, uint64_t seed);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_WEIGHT_INIT_H_
