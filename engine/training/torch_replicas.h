#ifndef ANIMATE_ENGINE_TRAINING_TORCH_REPLICAS_H_
#define ANIMATE_ENGINE_TRAINING_TORCH_REPLICAS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/training/replica_address.h"
#include "engine/training/replicas.h"

namespace animate {

// Whether this LibTorch lets processes train together (c10d with Gloo).
bool TorchReplicasAvailable();

// Meets the other processes of `address` through LibTorch's c10d with Gloo,
// over TCP. Tensors on a GPU travel through the memory of the host. `timeout`
// bounds the meeting and every later wait for another process: it must exceed
// the longest pause of one of them, such as rank 0's while it saves. The
// environment's GLOO_SOCKET_IFNAME names the network interface to use.
// UNAVAILABLE when the others do not come, UNIMPLEMENTED where this LibTorch
// has no Gloo; a process that is gone makes the others' calls fail with
// UNAVAILABLE. A single process needs neither.
absl::StatusOr<std::unique_ptr<Replicas>> ConnectReplicas(
    const ReplicaAddress& address, absl::Duration timeout = absl::Minutes(30));

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_TORCH_REPLICAS_H_
