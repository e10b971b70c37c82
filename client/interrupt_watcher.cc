#include "client/interrupt_watcher.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>

#include "absl/time/clock.h"

namespace animate {
namespace {

enum class Event { kSignal, kTimeout, kStop };

sigset_t InterruptSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

Event WaitForEvent(int signal_fd, int stop_fd, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (true) {
    std::array<pollfd, 2> polled = {
        pollfd{.fd = stop_fd, .events = POLLIN, .revents = 0},
        pollfd{.fd = signal_fd, .events = POLLIN, .revents = 0}};
    int milliseconds = -1;
    if (timeout < absl::InfiniteDuration()) {
      milliseconds = static_cast<int>(absl::ToInt64Milliseconds(
          std::max(deadline - absl::Now(), absl::ZeroDuration())));
    }
    const int ready = poll(polled.data(), polled.size(), milliseconds);
    if (ready < 0 && errno == EINTR) {
      continue;
    }
    if (ready <= 0) {
      return Event::kTimeout;
    }
    if (polled[0].revents != 0) {
      return Event::kStop;
    }
    signalfd_siginfo info{};
    if (read(signal_fd, &info, sizeof(info)) == sizeof(info)) {
      return Event::kSignal;
    }
  }
}

}  // namespace

void BlockInterrupts() {
  const sigset_t signals = InterruptSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

InterruptWatcher::InterruptWatcher(Actions actions)
    : actions_(std::move(actions)) {
  const sigset_t signals = InterruptSignals();
  signal_fd_ = signalfd(-1, &signals, SFD_CLOEXEC);
  stop_fd_ = eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { Watch(); });
}

InterruptWatcher::~InterruptWatcher() {
  const uint64_t one = 1;
  // An eventfd takes the first write whatever happens.
  [[maybe_unused]] const ssize_t written = write(stop_fd_, &one, sizeof(one));
  thread_.join();
  close(signal_fd_);
  close(stop_fd_);
}

void InterruptWatcher::Watch() {
  if (WaitForEvent(signal_fd_, stop_fd_, absl::InfiniteDuration()) !=
      Event::kSignal) {
    return;
  }
  actions_.first();
  if (WaitForEvent(signal_fd_, stop_fd_, actions_.patience) == Event::kStop) {
    return;
  }
  actions_.second();
}

}  // namespace animate
