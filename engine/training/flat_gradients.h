#ifndef ANIMATE_ENGINE_TRAINING_FLAT_GRADIENTS_H_
#define ANIMATE_ENGINE_TRAINING_FLAT_GRADIENTS_H_

#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/tensor/parameters.h"

namespace animate {

// The gradients of all leaves in one buffer, so that several processes average
// them in one message and their norm is one reduction. Autograd adds into it.
// Thread-compatible.
class FlatGradients {
 public:
  // Gives each leaf (float32, dense, on one device) a gradient that lies in the
  // buffer. `notes`: numbers that travel behind the gradients.
  FlatGradients(const StateDict& leaves, int notes);
  // Takes the gradients from the leaves again.
  ~FlatGradients();
  FlatGradients(const FlatGradients&) = delete;
  FlatGradients& operator=(const FlatGradients&) = delete;

  // Sets gradients and notes to zero.
  void Zero();

  // The whole buffer, [gradients + notes], float32.
  const at::Tensor& buffer() const { return buffer_; }

  // [notes], float32, on the leaves' device: a view of the buffer's end.
  const at::Tensor& notes() const { return notes_; }

  // Returns the Euclidean norm of all gradients together; infinite or not a
  // number when one of them is.
  double Norm() const;

  // Multiplies all gradients.
  void Scale(double factor);

 private:
  std::vector<at::Tensor> leaves_;
  at::Tensor buffer_;
  at::Tensor gradients_;
  at::Tensor notes_;
};

// Returns the factor that brings gradients of norm `norm` down to `max_norm`;
// 1 when they are within it, or when max_norm is 0.
double ClippingFactor(double norm, double max_norm);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_FLAT_GRADIENTS_H_
