#ifndef ANIMATE_SERVER_SERVICE_OPEN_STREAMS_H_
#define ANIMATE_SERVER_SERVICE_OPEN_STREAMS_H_

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "engine/base/mutex.h"

namespace animate {

// Counts the streams that are not done, so that a server which stops knows when
// the last one is. Thread-safe.
class OpenStreams {
 public:
  void Opened();
  // One that was opened is done.
  void Closed();

  // Returns once there is none, or when `patience` is over; whether there is
  // none.
  bool AwaitNone(absl::Duration patience);

 private:
  Mutex mutex_;
  CondVar none_left_;
  int open_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_OPEN_STREAMS_H_
