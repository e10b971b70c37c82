#ifndef ANIMATE_SERVER_SERVICE_ANIMATE_REACTOR_H_
#define ANIMATE_SERVER_SERVICE_ANIMATE_REACTOR_H_

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
#include "server/security/authenticator.h"
#include "server/service/job_stream.h"
#include "server/service/service_environment.h"
#include "server/service/upload_assembler.h"
#include "server/service/upload_budget.h"

namespace animate {

// One Animate stream: takes the upload, submits the job when it is complete,
// and leaves the answer to a JobStream. At most one read, one write and one
// Finish. Deletes itself when gRPC is done with it.
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor)
class AnimateReactor final
    : public grpc::ServerBidiReactor<animate::v1::AnimateRequest,
                                     animate::v1::AnimateResponse>,
      private JobStream::Sink {
 public:
  // `context` lives as long as the RPC, `environment` until the RPC is done.
  static AnimateReactor* Create(grpc::CallbackServerContext& context,
                                const ServiceEnvironment& environment);

 private:
  enum class Phase {
    kAwaitingStart,
    kUploading,
    kSubmitted,  // the queue has decided, or is about to
  };

  AnimateReactor(grpc::CallbackServerContext& context,
                 const ServiceEnvironment& environment);
  ~AnimateReactor() override = default;

  // --- gRPC's reactions ----------------------------------------------------
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override { stream_->OnWritten(ok); }
  void OnCancel() override;
  void OnDone() override;

  // --- The upload; on the thread of the read in progress --------------------
  absl::Status TakeRequest();
  absl::Status TakeStart();
  absl::Status TakeChunk();
  absl::Status TakeAck();
  void OnHalfClose();
  absl::Status Submit();
  absl::StatusOr<EncodedInputs> EndUpload();
  absl::Status CheckUploadRate() const;
  // The RPC's deadline is the job's, unless it was to be detached.
  void StopJobIfLate();

  // --- JobStream::Sink ------------------------------------------------------
  void Write(const FrameOutbox::Event& event) override;
  void End(const absl::Status& status) override;
  void Abort() override { context_.TryCancel(); }
  absl::Status Check() override;

  bool DeadlinePassed() const;

  grpc::CallbackServerContext& context_;
  const ServiceEnvironment& environment_;
  const absl::Duration start_time_;
  Caller caller_;
  const std::shared_ptr<JobStream> stream_;
  std::atomic<Phase> phase_{Phase::kAwaitingStart};
  std::atomic<bool> abandoned_{false};  // the caller is gone

  // The upload.
  animate::v1::AnimateRequest request_;  // gRPC's between StartRead and done
  animate::v1::JobSpec wish_;            // as it was sent
  std::optional<JobSpec> spec_;
  std::optional<UploadAssembler> upload_;
  UploadBudget::Reservation upload_memory_;
  std::atomic<int64_t> bytes_received_{0};

  // The answer.
  animate::v1::AnimateResponse response_;  // gRPC's while it is written
  std::atomic<double> fps_{30.0};
  int64_t bytes_sent_ = 0;  // Write's, then OnDone's
  absl::Status outcome_;    // End's, then OnDone's

  Mutex job_mutex_;
  std::string job_name_ ABSL_GUARDED_BY(job_mutex_);  // "" before it is one
  bool stops_with_deadline_ ABSL_GUARDED_BY(job_mutex_) = false;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_ANIMATE_REACTOR_H_
