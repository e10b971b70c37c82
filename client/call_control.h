#ifndef ANIMATE_CLIENT_CALL_CONTROL_H_
#define ANIMATE_CLIENT_CALL_CONTROL_H_

#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "engine/base/mutex.h"
#include "grpcpp/client_context.h"

namespace animate {

// Stops a running AnimationClient::Animate or Follow from another thread. One
// control serves one call. Thread-safe.
class CallControl {
 public:
  // Asks the server to cancel the job: Animate returns CANCELLED once the
  // server has confirmed that. Before the job is accepted, or when the server
  // cannot be asked, the same as Abandon. Further calls change nothing. Blocks
  // until the server has answered.
  void Cancel();

  // Ends the call without waiting for the server, which cancels the job when
  // it notices.
  void Abandon();

  // Whether Cancel or Abandon has been called.
  bool cancelled() const;

 private:
  friend class AnimationClient;

  // The call begins; false when it was cancelled before.
  bool Begin(std::shared_ptr<grpc::ClientContext> context);
  // The job is accepted: from here on `cancel_job` can stop it. It returns
  // whether the server has been told.
  void SetCancelJob(std::function<bool()> cancel_job);
  void End();
  // Returns after `duration`, or at once when it is or was cancelled: false.
  bool WaitUnlessCancelled(absl::Duration duration);

  mutable Mutex mutex_;
  CondVar changed_;
  std::shared_ptr<grpc::ClientContext> context_ ABSL_GUARDED_BY(mutex_);
  std::function<bool()> cancel_job_ ABSL_GUARDED_BY(mutex_);
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace animate

#endif  // ANIMATE_CLIENT_CALL_CONTROL_H_
