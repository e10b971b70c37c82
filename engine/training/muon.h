#ifndef ANIMATE_ENGINE_TRAINING_MUON_H_
#define ANIMATE_ENGINE_TRAINING_MUON_H_

#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/tensor/parameters.h"

namespace animate {

struct MuonOptions {
  double momentum = 0.95;     // [0, 1)
  double weight_decay = 0.1;  // >= 0, decoupled
};

// Returns the matrix with the singular vectors of `matrix` and singular values
// near 1 (0.7 to 1.2), by five Newton-Schulz iterations of degree 5. matrix:
// [rows, columns], float32, finite; zeros stay zeros.
at::Tensor NearestOrthogonal(const at::Tensor& matrix);

// Momentum whose updates are made orthogonal (Jordan et al. 2024,
// https://kellerjordan.github.io/posts/muon), with the size of AdamW's so that
// both take the same learning rate (Liu et al. 2025, arXiv 2502.16982, 2.2).
// Weights of convolutions [out, in, h, w] are matrices [out, in * h * w].
// Changes leaves in place. Thread-compatible.
class Muon {
 public:
  // Starts with zero momentum. `leaves`: float32, dense, of two dimensions or
  // more; their gradients must be defined whenever Step is called.
  Muon(const StateDict& leaves, const MuonOptions& options);

  void Step(double learning_rate);

  // By the keys of the leaves: handles, as AdamW's.
  const StateDict& momentum() const { return momentum_; }

 private:
  const MuonOptions options_;
  std::vector<at::Tensor> leaves_;
  std::vector<at::Tensor> buffers_;
  StateDict momentum_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_MUON_H_
