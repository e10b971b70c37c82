#ifndef ANIMATE_ENGINE_TRAINING_LOCAL_REPLICAS_H_
#define ANIMATE_ENGINE_TRAINING_LOCAL_REPLICAS_H_

#include <sys/types.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/training/replica_address.h"

namespace animate {

// Several processes on this machine without torchrun. With one thread each
// they train small networks faster than threads within the operators do:
// small operators leave those waiting for one another.
class LocalReplicas {
 public:
  // Forks count - 1 (in 0..63) copies of this process and returns in all of
  // them. Call it before anything starts threads, so before LibTorch computes.
  // The copies end with this process. What errno says when it cannot be done.
  static absl::StatusOr<std::unique_ptr<LocalReplicas>> Fork(int count);

  LocalReplicas(const LocalReplicas&) = delete;
  LocalReplicas& operator=(const LocalReplicas&) = delete;

  // In the process that called Fork, rank 0, waits for the copies if Wait has
  // not.
  ~LocalReplicas();

  // For ConnectReplicas.
  const ReplicaAddress& address() const { return address_; }

  // In rank 0 waits until all copies have ended: ABORTED when one did with
  // another status than 0. OK elsewhere.
  absl::Status Wait();

 private:
  LocalReplicas(ReplicaAddress address, std::vector<pid_t> children)
      : address_(std::move(address)), children_(std::move(children)) {}

  const ReplicaAddress address_;
  std::vector<pid_t> children_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_LOCAL_REPLICAS_H_
