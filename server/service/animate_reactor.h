#ifndef ANIMATE_SERVER_SERVICE_ANIMATE_REACTOR_H_
#define ANIMATE_SERVER_SERVICE_ANIMATE_REACTOR_H_

#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "animate/v1/animation.grpc.pb.h"
#include "server/queue/job.h"
#include "server/service/frame_outbox.h"
#include "server/service/service_environment.h"
#include "server/service/upload_assembler.h"
#include "server/service/upload_budget.h"

namespace animate {

// One Animate stream: takes the upload, submits the job when the caller
// half-closes, and passes on what the job reports. At most one read, one write
// and one Finish; the calls of JobObserver only put things into the outbox, so
// that a slow network never holds a worker.
//
// Lives until gRPC, the job and the alarm have all let go of it: each holds
// one reference, and the last one deletes it.
class AnimateReactor final
    : public grpc::ServerBidiReactor<animate::v1::AnimateRequest,
                                     animate::v1::AnimateResponse>,
      private JobObserver {
 public:
  // Returns a reactor that deletes itself. `context` lives as long as the RPC,
  // `environment` until the RPC is done.
  static AnimateReactor* Create(grpc::CallbackServerContext& context,
                                const ServiceEnvironment& environment);

 private:
  enum class Phase {
    kAwaitingStart,
    kUploading,
    kSubmitting,
    kStreaming,  // the job is accepted
  };

  AnimateReactor(grpc::CallbackServerContext& context,
                 const ServiceEnvironment& environment);
  ~AnimateReactor() override = default;

  // --- gRPC's reactions ----------------------------------------------------
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  // --- The job's reports, from any thread ----------------------------------
  void OnProgress(const JobProgress& progress) override;
  void OnFrame(const EncodedFrame& frame) override;
  void OnFinished(const JobSnapshot& job) override;

  // --- The upload ----------------------------------------------------------
  absl::Status TakeRequest() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TakeStart() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TakeChunk() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnHalfClose();
  absl::StatusOr<EncodedInputs> EndUpload()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnSubmitted(const absl::StatusOr<JobSnapshot>& job);
  // Ends the stream because the request is at fault, and counts it.
  void Refuse(const absl::Status& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // --- The answer ----------------------------------------------------------
  // Writes the next event or finishes, unless a write is in flight.
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Write(const FrameOutbox::Event& event)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FinishWith(const absl::Status& status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  StreamCloseReason CloseReason(const absl::Status& status) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool DeadlinePassed() const;

  // --- Lifetime and time ---------------------------------------------------
  // Runs OnAlarm after `delay`; replaces an earlier alarm.
  void SetAlarm(absl::Duration delay) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnAlarm(bool fired);
  void Ref() { references_.fetch_add(1, std::memory_order_relaxed); }
  void Unref();

  grpc::CallbackServerContext& context_;
  const ServiceEnvironment& environment_;
  const absl::Duration start_time_;
  std::atomic<int> references_{1};  // gRPC's own, until OnDone
  FrameOutbox outbox_;

  Mutex mutex_;
  Phase phase_ ABSL_GUARDED_BY(mutex_) = Phase::kAwaitingStart;

  // The upload.
  animate::v1::AnimateRequest request_;  // gRPC's between StartRead and done
  std::optional<JobSpec> spec_ ABSL_GUARDED_BY(mutex_);
  std::optional<UploadAssembler> upload_ ABSL_GUARDED_BY(mutex_);
  UploadBudget::Reservation upload_memory_ ABSL_GUARDED_BY(mutex_);
  int64_t bytes_received_ ABSL_GUARDED_BY(mutex_) = 0;

  // The answer.
  animate::v1::AnimateResponse response_;  // gRPC's while writing_
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool idle_since_alarm_ ABSL_GUARDED_BY(mutex_) = true;
  bool ends_frame_ ABSL_GUARDED_BY(mutex_) = false;  // what is being written
  double fps_ ABSL_GUARDED_BY(mutex_) = 30.0;
  std::string job_name_ ABSL_GUARDED_BY(mutex_);
  int64_t bytes_sent_ ABSL_GUARDED_BY(mutex_) = 0;

  // The end. `failure_` overtakes what waits in the outbox.
  bool abandoned_ ABSL_GUARDED_BY(mutex_) = false;  // the caller is gone
  std::optional<absl::Status> failure_ ABSL_GUARDED_BY(mutex_);
  absl::Status job_error_ ABSL_GUARDED_BY(mutex_);  // once OnFinished was heard
  std::optional<absl::Status> outcome_ ABSL_GUARDED_BY(mutex_);  // after Finish
  std::unique_ptr<grpc::Alarm> alarm_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_ANIMATE_REACTOR_H_
