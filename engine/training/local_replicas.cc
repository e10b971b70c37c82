#include "engine/training/local_replicas.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

constexpr int kMaxCopies = 64;

// Binds a socket to a free port, so that nobody else gets it, and notes both.
absl::Status BindMeetingPlace(ReplicaAddress& address) {
  address.bound_socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name = {};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(name);
  auto* generic = reinterpret_cast<sockaddr*>(&name);
  if (address.bound_socket < 0 ||
      bind(address.bound_socket, generic, size) != 0 ||
      getsockname(address.bound_socket, generic, &size) != 0) {
    return absl::ErrnoToStatus(errno, "open a port for local processes");
  }
  address.master_port = ntohs(name.sin_port);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<LocalReplicas>> LocalReplicas::Fork(int count) {
  if (count < 1 || count > kMaxCopies) {
    return FieldError("processes", absl::StrCat("must be in [1, ", kMaxCopies,
                                                "]: got ", count));
  }
  ReplicaAddress address;
  address.world_size = count;
  if (count > 1) ANIMATE_RETURN_IF_ERROR(BindMeetingPlace(address));
  std::vector<pid_t> children;
  const pid_t parent = getpid();
  for (int rank = 1; rank < count; ++rank) {
    const pid_t child = fork();
    if (child < 0) {
      const int error = errno;
      for (const pid_t other : children) kill(other, SIGKILL);
      return absl::ErrnoToStatus(error, "start a local process");
    }
    if (child > 0) {
      children.push_back(child);
      continue;
    }
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);  // it ended before the line above
    close(address.bound_socket);
    address.bound_socket = -1;
    address.rank = rank;
    address.local_rank = rank;
    children.clear();
    break;
  }
  return std::unique_ptr<LocalReplicas>(
      new LocalReplicas(std::move(address), std::move(children)));
}

LocalReplicas::~LocalReplicas() { (void)Wait(); }

absl::Status LocalReplicas::Wait() {
  absl::Status result;
  for (size_t i = 0; i < children_.size(); ++i) {
    int status = 0;
    pid_t ended = 0;
    do {
      ended = waitpid(children_[i], &status, 0);
    } while (ended < 0 && errno == EINTR);
    if (result.ok() &&
        (ended < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
      result = absl::AbortedError(
          absl::StrCat("the process of rank ", i + 1, " failed"));
    }
  }
  children_.clear();
  return result;
}

}  // namespace animate
