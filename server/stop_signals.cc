#include "server/stop_signals.h"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace animate {
namespace {

sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

void BlockStopSignals() {
  const sigset_t signals = Signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

StopSignals::StopSignals(std::function<void()> on_signal)
    : on_signal_(std::move(on_signal)), thread_([this] { Run(); }) {}

StopSignals::~StopSignals() {
  ending_ = true;
  // The thread waits in sigwait: this wakes it and terminates nothing.
  // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread)
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

void StopSignals::Run() {
  const sigset_t signals = Signals();
  while (true) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (ending_) return;
    on_signal_();
  }
}

}  // namespace animate
