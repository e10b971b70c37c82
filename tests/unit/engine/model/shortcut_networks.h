#ifndef ANIMATE_TESTS_UNIT_ENGINE_MODEL_SHORTCUT_NETWORKS_H_
#define ANIMATE_TESTS_UNIT_ENGINE_MODEL_SHORTCUT_NETWORKS_H_

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "engine/model/denoising_unet.h"
#include "engine/model/reference_unet.h"
#include "engine/nn/exact_shortcuts.h"
#include "engine/tensor/parameters.h"
#include "tests/support/random_weights.h"

// Both UNets of one small model, with a choice of shortcuts, and what a job
// would feed them.
namespace animate {

// The published topology, narrower.
inline UnetConfig FourLevels() {
  return {.block_out_channels = {32, 64, 64, 96},
          .layers_per_block = {2, 2, 2, 2},
          .num_attention_heads = {2, 4, 4, 8},
          .cross_attention_dim = 12,
          .norm_num_groups = 8,
          .time_embedding_dim = 40};
}

inline MotionConfig FourHeads() { return {.num_attention_heads = 4}; }

inline StateDict DenoisingWeights() {
  return RandomWeights([](const Scope& scope) {
    DenoisingUnet(scope, FourLevels(), FourHeads());
  });
}

// Networks with some shortcuts, on the same weights.
struct Networks {
  explicit Networks(const ExactShortcuts& shortcuts)
      : denoising_parameters(DenoisingWeights()),
        reference_parameters(RandomWeights(
            [](const Scope& scope) { ReferenceUnet(scope, FourLevels()); },
            5000)),
        denoising(Scope(denoising_parameters), FourLevels(), FourHeads(),
                  shortcuts),
        reference(Scope(reference_parameters), FourLevels(), shortcuts) {}
  Parameters denoising_parameters;
  Parameters reference_parameters;
  DenoisingUnet denoising;
  ReferenceUnet reference;
};

inline ReferenceFeatures Features(const Networks& networks, int64_t h,
                                  int64_t w) {
  return networks.reference.Forward(RandomTensor({1, 4, h, w}, 7),
                                    at::tensor(0), RandomTensor({1, 1, 12}, 8));
}

inline ConditioningInputs Guided(const ReferenceFeatures& features) {
  return {.encoder_hidden_states =
              at::cat({at::zeros({1, 1, 12}), RandomTensor({1, 1, 12}, 8)}),
          .reference = &features,
          .reference_rows = {kNoReference, 0}};
}

inline FrameInputs Frames(int64_t frames, int64_t h, int64_t w) {
  return {.latents = RandomTensor({1, 4, frames, h, w}, 9),
          .pose_features = RandomTensor({1, 32, frames, h, w}, 10, 0.3)};
}

inline testing::AssertionResult Close(const at::Tensor& got,
                                      const at::Tensor& want) {
  if (got.sizes() != want.sizes()) {
    return testing::AssertionFailure() << got.sizes() << ", " << want.sizes();
  }
  const auto rms = [](const at::Tensor& x) {
    return std::sqrt(x.square().mean().item<double>());
  };
  const double error = rms(got - want) / rms(want);
  // Rounding through some 100 layers.
  if (error < 2e-5) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "relative difference " << error;
}

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_ENGINE_MODEL_SHORTCUT_NETWORKS_H_
