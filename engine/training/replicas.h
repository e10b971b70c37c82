#ifndef ANIMATE_ENGINE_TRAINING_REPLICAS_H_
#define ANIMATE_ENGINE_TRAINING_REPLICAS_H_

#include <ATen/core/Tensor.h>

#include "absl/status/status.h"

namespace animate {

// The processes that train one model together, each on samples of its own, as
// one of them sees the others. All call the same functions in the same order;
// a call returns when all have made it. Thread-compatible.
class Replicas {
 public:
  virtual ~Replicas() = default;

  // In [0, world_size()). Rank 0 writes files and talks to people.
  virtual int rank() const = 0;
  virtual int world_size() const = 0;

  // Replaces `tensor`, dense, by the mean over all processes.
  virtual absl::Status Average(const at::Tensor& tensor) = 0;

  // Replaces `tensor`, dense, by that of rank 0.
  virtual absl::Status Broadcast(const at::Tensor& tensor) = 0;
};

// A process on its own.
class SingleReplica final : public Replicas {
 public:
  int rank() const override { return 0; }
  int world_size() const override { return 1; }
  absl::Status Average(const at::Tensor&) override { return absl::OkStatus(); }
  absl::Status Broadcast(const at::Tensor&) override {
    return absl::OkStatus();
  }
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_REPLICAS_H_
