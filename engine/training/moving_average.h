#ifndef ANIMATE_ENGINE_TRAINING_MOVING_AVERAGE_H_
#define ANIMATE_ENGINE_TRAINING_MOVING_AVERAGE_H_

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "engine/tensor/parameters.h"

namespace animate {

// Exponential moving average of weights, which samples better than the last
// step's. Its decay is min(max_decay, (1 + n) / (10 + n)) after n updates, so
// that the beginning is forgotten soon. Thread-compatible.
class MovingAverage {
 public:
  // Starts at the present values. max_decay 0: follows the weights exactly.
  MovingAverage(const StateDict& weights, double max_decay);

  // Takes the present values of the weights in.
  void Update();

  // By the keys of the weights: handles to tensors of its own.
  const StateDict& weights() const { return average_; }

  int64_t updates() const { return updates_; }
  void set_updates(int64_t updates) { updates_ = updates; }

 private:
  const double max_decay_;
  std::vector<at::Tensor> sources_;
  std::vector<at::Tensor> targets_;
  StateDict average_;
  int64_t updates_ = 0;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_MOVING_AVERAGE_H_
