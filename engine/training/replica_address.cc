#include "engine/training/replica_address.h"

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

using Variable = std::function<const char*(const char*)>;

constexpr int kMaxProcesses = 65536;

absl::StatusOr<int> Number(const Variable& variable, const char* name, int low,
                           int high) {
  const char* text = variable(name);
  if (text == nullptr) {
    return FieldError(name, "must be set where WORLD_SIZE is");
  }
  int value = 0;
  if (!absl::SimpleAtoi(text, &value) || value < low || value > high) {
    return FieldError(name, absl::StrCat("must be a number in [", low, ", ",
                                         high, "]: got \"", text, "\""));
  }
  return value;
}

}  // namespace

absl::StatusOr<ReplicaAddress> ReplicaAddressFromEnvironment(
    const Variable& variable) {
  ReplicaAddress address;
  if (variable("WORLD_SIZE") == nullptr) return address;
  ANIMATE_ASSIGN_OR_RETURN(address.world_size,
                           Number(variable, "WORLD_SIZE", 1, kMaxProcesses));
  ANIMATE_ASSIGN_OR_RETURN(address.rank,
                           Number(variable, "RANK", 0, address.world_size - 1));
  ANIMATE_ASSIGN_OR_RETURN(address.master_port,
                           Number(variable, "MASTER_PORT", 1, 65535));
  const char* master = variable("MASTER_ADDR");
  if (master == nullptr) {
    return FieldError("MASTER_ADDR", "must be set where WORLD_SIZE is");
  }
  address.master_address = master;
  if (variable("LOCAL_RANK") != nullptr) {
    ANIMATE_ASSIGN_OR_RETURN(
        address.local_rank,
        Number(variable, "LOCAL_RANK", 0, address.world_size - 1));
  }
  const char* agent = variable("TORCHELASTIC_USE_AGENT_STORE");
  address.agent_is_master =
      agent != nullptr && absl::string_view(agent) == "True";
  if (variable("TORCHELASTIC_RESTART_COUNT") != nullptr) {
    ANIMATE_ASSIGN_OR_RETURN(
        address.attempt,
        Number(variable, "TORCHELASTIC_RESTART_COUNT", 0, 1 << 30));
  }
  return address;
}

}  // namespace animate
