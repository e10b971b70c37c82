#ifndef ANIMATE_CLIENT_SILENCE_GUARD_H_
#define ANIMATE_CLIENT_SILENCE_GUARD_H_

#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "engine/base/mutex.h"
#include "grpcpp/client_context.h"

namespace animate {

// Cancels a call whose server has made its caller wait too long for one
// message. A blocking read of gRPC has no time limit of its own, and a
// connection can die without anybody telling it. Thread-safe.
class SilenceGuard {
 public:
  // While one is alive, its creator waits for the server. One at a time.
  class Wait {
   public:
    explicit Wait(SilenceGuard& guard) : guard_(guard) { guard_.Begin(); }
    ~Wait() { guard_.End(); }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

   private:
    SilenceGuard& guard_;
  };

  // `context` must outlive the guard. An infinite `limit` cancels nothing.
  SilenceGuard(grpc::ClientContext& context, absl::Duration limit);
  ~SilenceGuard();
  SilenceGuard(const SilenceGuard&) = delete;
  SilenceGuard& operator=(const SilenceGuard&) = delete;

  // Whether a Wait took longer than the limit; the call is cancelled then.
  bool fired() const;

 private:
  void Begin();
  void End();
  void Watch();

  grpc::ClientContext& context_;
  const absl::Duration limit_;
  mutable Mutex mutex_;
  CondVar ended_changed_;
  // Monotonic; unset while nobody waits.
  std::optional<absl::Duration> waiting_since_ ABSL_GUARDED_BY(mutex_);
  bool fired_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread watcher_;
};

}  // namespace animate

#endif  // ANIMATE_CLIENT_SILENCE_GUARD_H_
