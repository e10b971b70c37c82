#ifndef ANIMATE_TOOLS_TRAIN_STOP_REQUEST_H_
#define ANIMATE_TOOLS_TRAIN_STOP_REQUEST_H_

#include <thread>

#include "engine/base/cancellation.h"

namespace animate {

// Turns the first SIGINT or SIGTERM of the process into token.Cancel
// (CANCELLED, "stopped by SIGINT"); a second one ends the process as if this
// were not there. One at a time in a process; the destructor restores what was
// before.
class StopRequest {
 public:
  // `token` must outlive this.
  explicit StopRequest(CancellationToken& token);
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

 private:
  void Watch();

  CancellationToken& token_;
  std::thread watcher_;
};

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_STOP_REQUEST_H_
