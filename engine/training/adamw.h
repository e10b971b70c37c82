#ifndef ANIMATE_ENGINE_TRAINING_ADAMW_H_
#define ANIMATE_ENGINE_TRAINING_ADAMW_H_

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/tensor/parameters.h"

namespace animate {

struct AdamWOptions {
  double beta1 = 0.9;          // [0, 1)
  double beta2 = 0.999;        // [0, 1)
  double eps = 1e-8;           // > 0
  double weight_decay = 0.01;  // >= 0
};

// Adam with decoupled weight decay (Loshchilov and Hutter, 2019) over leaves
// that it changes in place. Its state is float32, on the device and in the
// memory layout of each leaf. Thread-compatible.
class AdamW {
 public:
  // Starts with zero moments. `leaves`: float32, dense; their gradients must be
  // defined whenever Step is called. Throws c10::Error for others.
  AdamW(const StateDict& leaves, const AdamWOptions& options);

  // One update with the gradients that the leaves carry.
  void Step(double learning_rate);

  // First and second moment, by the keys of the leaves: handles, so that
  // whoever loads a checkpoint copies into them.
  const StateDict& exp_avg() const { return exp_avg_; }
  const StateDict& exp_avg_sq() const { return exp_avg_sq_; }

  // Updates made so far, for the correction of the bias.
  int64_t updates() const { return updates_; }
  void set_updates(int64_t updates) { updates_ = updates; }

 private:
  const AdamWOptions options_;
  std::vector<at::Tensor> leaves_;
  std::vector<at::Tensor> first_;
  std::vector<at::Tensor> second_;
  StateDict exp_avg_;
  StateDict exp_avg_sq_;
  at::Tensor step_;  // [], float32, as the fused kernel wants it
  int64_t updates_ = 0;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_ADAMW_H_
