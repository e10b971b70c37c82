#ifndef ANIMATE_SERVER_SERVICE_JOB_STREAM_H_
#define ANIMATE_SERVER_SERVICE_JOB_STREAM_H_

#include <grpcpp/alarm.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/base/mutex.h"
#include "server/queue/job_subscription.h"
#include "server/service/frame_outbox.h"
#include "server/service/service_environment.h"

namespace animate {

// The answering half of a stream about one job: what the job reports goes into
// an outbox, what fits through the network comes out of it, one write at a
// time. Sends heartbeats, notices readers that do not read, and says how the
// stream ended. The same for Animate and StreamFrames; the Sink knows which.
// Thread-safe.
class JobStream : public std::enable_shared_from_this<JobStream>,
                  private JobObserver {
 public:
  // The network. Called under the stream's lock: must not call back. Not called
  // after Close.
  class Sink {
   public:
    // Sends an event; OnWritten tells when the next one may follow.
    virtual void Write(const FrameOutbox::Event& event) = 0;
    // Ends the RPC. Once, and the last call but for Abort.
    virtual void End(const absl::Status& status) = 0;
    // Makes a write under way fail.
    virtual void Abort() = 0;
    // Whether the RPC may go on; asked every few seconds from the first
    // FailAfter or Start on. What it returns ends the stream.
    virtual absl::Status Check() = 0;

   protected:
    ~Sink() = default;
  };

  // `environment` must outlive the stream, `sink` until Close has returned.
  static std::shared_ptr<JobStream> Create(
      const ServiceEnvironment& environment, Sink& sink);
  ~JobStream() override;

  // For JobManager::Submit and Attach; Start takes the attachment over.
  JobObserver* observer() { return this; }

  // Ends the stream with `error` unless Start is called within `delay`.
  void FailAfter(absl::Duration delay, absl::Status error);

  // `job` is what Submit or Attach returned for observer().
  void Start(const JobSnapshot& job, const Reading& reading);

  // Ends the stream now; overtakes what waits to be sent.
  void Fail(const absl::Status& error);

  // As FrameOutbox::Acknowledge.
  absl::Status Acknowledge(int64_t generation, int64_t through);

  // --- From the network ----------------------------------------------------
  void OnWritten(bool ok);
  void OnCancelled(bool deadline_passed);

  // The RPC is over: detaches from the job. Once; the sink may go afterwards.
  void Close();

 private:
  JobStream(const ServiceEnvironment& environment, Sink& sink);

  void OnProgress(const JobProgress& progress) override;
  void OnFrame(const EncodedFrame& frame) override;
  void OnReset(const JobSnapshot& job) override;
  void OnFinished(const JobSnapshot& job) override;

  // A frame of the job, for outbox_.
  absl::StatusOr<EncodedFrame> ReadFrame(int generation, int index);

  // Sends the next event or ends, unless a write is in flight. Without locks.
  void Pump();
  // Under Pump's turn: whether there may be more to do.
  bool PumpOnce();
  void EndWith(const absl::Status& status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  StreamCloseReason CloseReason(const absl::Status& status) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status SlowConsumerError() const;
  // The next tick, or when FailAfter's time comes before it.
  void SetAlarm() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnAlarm();
  // Whether a write has been under way for `duration`.
  bool Unread(absl::Duration duration) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Ends the stream of a reader that is too slow.
  void CheckReader() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration tick() const;

  const ServiceEnvironment& environment_;

  Mutex mutex_;
  Sink* sink_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<JobSubscription> subscription_ ABSL_GUARDED_BY(mutex_);
  std::string job_name_ ABSL_GUARDED_BY(mutex_);
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool pumping_ ABSL_GUARDED_BY(mutex_) = false;
  bool pump_again_ ABSL_GUARDED_BY(mutex_) = false;
  bool writes_frame_ ABSL_GUARDED_BY(mutex_) = false;  // the last part of one
  bool idle_since_alarm_ ABSL_GUARDED_BY(mutex_) = true;
  // Monotonic: begin of the last write, and when a frame was last written or
  // acknowledged.
  absl::Duration write_start_ ABSL_GUARDED_BY(mutex_);
  absl::Duration window_moved_ ABSL_GUARDED_BY(mutex_);

  // The end. `failure_` overtakes what waits in the outbox.
  bool abandoned_ ABSL_GUARDED_BY(mutex_) = false;
  bool deadline_passed_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> failure_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Status> late_ ABSL_GUARDED_BY(mutex_);
  absl::Duration late_time_ ABSL_GUARDED_BY(mutex_);  // monotonic
  absl::Status job_error_ ABSL_GUARDED_BY(mutex_);    // once it has ended
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<grpc::Alarm> alarm_ ABSL_GUARDED_BY(mutex_);

  FrameOutbox outbox_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_JOB_STREAM_H_
