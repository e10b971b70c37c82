#ifndef ANIMATE_ENGINE_TRAINING_REPLICA_ADDRESS_H_
#define ANIMATE_ENGINE_TRAINING_REPLICA_ADDRESS_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"

namespace animate {

// Where the processes of a run meet, and which of them this is.
struct ReplicaAddress {
  std::string master_address = "127.0.0.1";  // of rank 0, or of torchrun
  int master_port = 29500;                   // 1..65535
  int rank = 0;                              // [0, world_size)
  int world_size = 1;                        // 1..65536
  int local_rank = 0;  // among the processes of this machine: which GPU

  // torchrun itself has opened the meeting place, and starts processes anew
  // when one fails: `attempt` times so far.
  bool agent_is_master = false;
  int attempt = 0;

  // In rank 0, a socket that is bound to master_port already; -1 for none.
  // Whoever connects takes it over.
  int bound_socket = -1;
};

// Reads what torchrun sets: MASTER_ADDR, MASTER_PORT, RANK, WORLD_SIZE,
// LOCAL_RANK, TORCHELASTIC_USE_AGENT_STORE, TORCHELASTIC_RESTART_COUNT. Without
// WORLD_SIZE the process is on its own: world_size 1. INVALID_ARGUMENT naming
// the variable that is missing or no number in its range.
//   variable: as getenv; nullptr for one that is not set.
absl::StatusOr<ReplicaAddress> ReplicaAddressFromEnvironment(
    const std::function<const char*(const char*)>& variable);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_REPLICA_ADDRESS_H_
