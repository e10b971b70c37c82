#ifndef ANIMATE_SERVER_STOP_SIGNALS_H_
#define ANIMATE_SERVER_STOP_SIGNALS_H_

#include <atomic>
#include <functional>
#include <thread>

namespace animate {

// Blocks SIGTERM and SIGINT in this thread and those it starts later, so that
// StopSignals can wait for them; ignores SIGPIPE. Call first in main.
void BlockStopSignals();

// Calls `on_signal`, on a thread of its own, for each SIGTERM and SIGINT: plain
// code, without the restrictions of a signal handler.
class StopSignals {
 public:
  explicit StopSignals(std::function<void()> on_signal);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  void Run();

  const std::function<void()> on_signal_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_STOP_SIGNALS_H_
