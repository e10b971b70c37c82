#include "tools/train/stop_request.h"

#include <semaphore.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

#include "absl/strings/str_cat.h"

namespace animate {
namespace {

constexpr std::array<int, 2> kStopSignals = {SIGINT, SIGTERM};

// What a signal handler and the watcher share. A handler may do little more
// than post a semaphore.
sem_t stop_event;
std::atomic<int> stop_signal{0};
static_assert(std::atomic<int>::is_always_lock_free);
std::array<struct sigaction, kStopSignals.size()> former_actions;

void HandleStopSignal(int signal) {
  int none = 0;
  if (stop_signal.compare_exchange_strong(none, signal)) {
    const int saved_errno = errno;
    sem_post(&stop_event);
    errno = saved_errno;
    return;
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

StopRequest::StopRequest(CancellationToken& token) : token_(token) {
  stop_signal.store(0);
  sem_init(&stop_event, /*pshared=*/0, /*value=*/0);
  watcher_ = std::thread([this] { Watch(); });
  struct sigaction action = {};
  action.sa_handler = HandleStopSignal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (size_t i = 0; i < kStopSignals.size(); ++i) {
    sigaction(kStopSignals[i], &action, &former_actions[i]);
  }
}

StopRequest::~StopRequest() {
  for (size_t i = 0; i < kStopSignals.size(); ++i) {
    sigaction(kStopSignals[i], &former_actions[i], nullptr);
  }
  sem_post(&stop_event);
  watcher_.join();
  sem_destroy(&stop_event);
}

void StopRequest::Watch() {
  while (sem_wait(&stop_event) != 0) {
  }
  const int signal = stop_signal.load();
  if (signal == 0) return;  // the destructor's
  token_.Cancel(absl::CancelledError(
      absl::StrCat("stopped by ", signal == SIGINT ? "SIGINT" : "SIGTERM")));
}

}  // namespace animate
