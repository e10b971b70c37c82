#ifndef ANIMATE_ENGINE_NN_EMBEDDINGS_H_
#define ANIMATE_ENGINE_NN_EMBEDDINGS_H_

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "engine/nn/layers.h"
#include "engine/tensor/parameters.h"

namespace animate::nn {

struct TimestepConfig {
  int64_t channels;             // width of the sinusoids
  bool flip_sin_to_cos = true;  // cosines first
  double downscale_freq_shift = 0;
};

// Returns the sinusoids of `timesteps` [B] (any numeric type), in float32
// whatever the networks' type: [B, channels]. With half = channels/2 and
// w_i = exp(-ln(10000) i / (half - shift)): [cos(t w), sin(t w)], or sines
// first without the flip; a zero is appended when channels is odd. Matches
// diffusers' get_timestep_embedding.
at::Tensor TimestepSinusoids(const at::Tensor& timesteps,
                             const TimestepConfig& config);

// Sinusoids -> embedding: linear_1, SiLU, linear_2. Immutable; safe to share.
class TimestepEmbedding {
 public:
  TimestepEmbedding(const Scope& scope, const TimestepConfig& config,
                    int64_t embedding_dim);

  // timesteps: [B]. -> [B, embedding_dim] in the type of the weights.
  at::Tensor Forward(const at::Tensor& timesteps) const;

 private:
  TimestepConfig config_;
  Linear linear_1_;
  Linear linear_2_;
};

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_EMBEDDINGS_H_
