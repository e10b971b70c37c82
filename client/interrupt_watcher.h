#ifndef ANIMATE_CLIENT_INTERRUPT_WATCHER_H_
#define ANIMATE_CLIENT_INTERRUPT_WATCHER_H_

#include <functional>
#include <thread>

#include "absl/time/time.h"

namespace animate {

// Blocks SIGINT and SIGTERM in this thread and in those it starts, so that an
// InterruptWatcher gets them. Call it in main, before anything starts a thread.
void BlockInterrupts();

// Turns Ctrl-C into calls on a thread of its own, where they may take their
// time. Needs BlockInterrupts. One at a time per process.
class InterruptWatcher {
 public:
  struct Actions {
    // At the first signal.
    std::function<void()> first;
    // At the second, or `patience` after the first.
    std::function<void()> second;
    absl::Duration patience = absl::Seconds(5);
  };

  explicit InterruptWatcher(Actions actions);

  // Stops watching; waits for an action that is running.
  ~InterruptWatcher();

  InterruptWatcher(const InterruptWatcher&) = delete;
  InterruptWatcher& operator=(const InterruptWatcher&) = delete;

 private:
  void Watch();

  const Actions actions_;
  int signal_fd_ = -1;
  int stop_fd_ = -1;
  std::thread thread_;
};

}  // namespace animate

#endif  // ANIMATE_CLIENT_INTERRUPT_WATCHER_H_
