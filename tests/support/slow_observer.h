#ifndef ANIMATE_TESTS_SUPPORT_SLOW_OBSERVER_H_
#define ANIMATE_TESTS_SUPPORT_SLOW_OBSERVER_H_

#include <atomic>
#include <thread>

#include "server/queue/job.h"

namespace animate {

// Waits inside its calls about progress and the end until it is let go.
class SlowObserver : public JobObserver {
 public:
  void OnProgress(const JobProgress& /*progress*/) override { Wait(); }
  void OnFrame(const EncodedFrame& /*frame*/) override {}
  void OnFinished(const JobSnapshot& /*job*/) override { Wait(); }

  std::atomic<bool> entered = false;
  std::atomic<bool> let_go = false;
  std::atomic<bool> left = false;

 private:
  void Wait() {
    entered = true;
    while (!let_go) std::this_thread::yield();
    left = true;
  }
};

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_SLOW_OBSERVER_H_
