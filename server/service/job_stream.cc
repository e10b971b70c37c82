#include "server/service/job_stream.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"

namespace animate {

std::shared_ptr<JobStream> JobStream::Create(
    const ServiceEnvironment& environment, Sink& sink) {
  return std::shared_ptr<JobStream>(new JobStream(environment, sink));
}

JobStream::JobStream(const ServiceEnvironment& environment, Sink& sink)
    : environment_(environment),
      sink_(&sink),
      outbox_(kMaxFramePartBytes, [this](int generation, int index) {
        return ReadFrame(generation, index);
      }) {
  environment_.recorder.StreamOpened();
  environment_.streams.Opened();
}

JobStream::~JobStream() = default;

void JobStream::FailAfter(absl::Duration delay, absl::Status error) {
  MutexLock lock(mutex_);
  late_ = std::move(error);
  late_time_ = environment_.clock.Monotonic() + delay;
  SetAlarm();
}

void JobStream::Start(const JobSnapshot& job, const Reading& reading) {
  {
    MutexLock lock(mutex_);
    started_ = true;
    job_name_ = job.name;
    subscription_ = std::make_unique<JobSubscription>(environment_.jobs,
                                                      job.name, observer());
    window_moved_ = environment_.clock.Monotonic();
    outbox_.PutAccepted(job, reading);
    if (!ended_) SetAlarm();
  }
  Pump();
}

void JobStream::Fail(const absl::Status& error) {
  {
    MutexLock lock(mutex_);
    if (!failure_.has_value()) failure_ = error;
  }
  Pump();
}

absl::Status JobStream::Acknowledge(int64_t generation, int64_t through) {
  const int before = outbox_.resume_frame();
  absl::Status status = outbox_.Acknowledge(generation, through);
  if (!status.ok()) return status;
  environment_.recorder.FramesAcknowledged();
  if (outbox_.resume_frame() > before) {
    MutexLock lock(mutex_);
    window_moved_ = environment_.clock.Monotonic();
  }
  Pump();
  return status;
}

// --- The job's reports ------------------------------------------------------

void JobStream::OnProgress(const JobProgress& progress) {
  outbox_.PutProgress(progress);
  Pump();
}

void JobStream::OnFrame(const EncodedFrame& frame) {
  outbox_.PutFrames(frame.index + 1);
  Pump();
}

void JobStream::OnReset(const JobSnapshot& job) {
  outbox_.PutReset(job.generation,
                   "what an earlier server began cannot be continued");
  Pump();
}

void JobStream::OnFinished(const JobSnapshot& job) {
  {
    MutexLock lock(mutex_);
    job_error_ = job.error;
  }
  outbox_.PutFinal(job);
  Pump();
}

absl::StatusOr<EncodedFrame> JobStream::ReadFrame(int generation, int index) {
  std::string name;
  {
    MutexLock lock(mutex_);
    name = job_name_;
  }
  ANIMATE_ASSIGN_OR_RETURN(EncodedFrame frame,
                           environment_.jobs.ReadFrame(name, index));
  // Asked afterwards: the generation changes before it has frames.
  ANIMATE_ASSIGN_OR_RETURN(const JobSnapshot job, environment_.jobs.Get(name));
  if (job.generation != generation) {
    return absl::OutOfRangeError("the frame's generation is over");
  }
  return frame;
}

// --- The answer -------------------------------------------------------------

void JobStream::Pump() {
  {
    MutexLock lock(mutex_);
    pump_again_ = true;
    if (pumping_) return;  // whoever does it will see this
    pumping_ = true;
  }
  while (PumpOnce()) {
  }
}

bool JobStream::PumpOnce() {
  {
    MutexLock lock(mutex_);
    if (!pump_again_ || writing_ || ended_ || sink_ == nullptr) {
      pumping_ = false;
      return false;
    }
    if (failure_.has_value()) {
      EndWith(*failure_);
      return true;
    }
    pump_again_ = false;
  }
  // Unlocked: it may read from a disk.
  absl::StatusOr<std::optional<FrameOutbox::Event>> event = outbox_.Next();
  MutexLock lock(mutex_);
  if (ended_ || sink_ == nullptr) return true;
  if (!event.ok()) {
    failure_ = event.status();
    pump_again_ = true;
  } else if (event->has_value()) {
    const auto* part = std::get_if<FramePart>(&**event);
    writes_frame_ = part != nullptr && part->part + 1 == part->parts;
    writing_ = true;
    idle_since_alarm_ = false;
    write_start_ = environment_.clock.Monotonic();
    sink_->Write(**event);
  } else if (outbox_.done() && !failure_.has_value()) {
    EndWith(job_error_);
  }
  return true;
}

void JobStream::OnWritten(bool ok) {
  {
    MutexLock lock(mutex_);
    writing_ = false;
    pump_again_ = true;
    // After a failed write nothing can be sent; OnCancelled follows.
    if (!ok && !failure_.has_value()) {
      failure_ = absl::CancelledError("the connection broke");
    }
    if (ok && writes_frame_) {
      window_moved_ = environment_.clock.Monotonic();
      environment_.recorder.FrameDelivered(outbox_.frames_waiting());
    }
  }
  Pump();
}

void JobStream::OnCancelled(bool deadline_passed) {
  {
    MutexLock lock(mutex_);
    abandoned_ = true;
    deadline_passed_ = deadline_passed;
    if (!failure_.has_value()) {
      failure_ = deadline_passed
                     ? absl::DeadlineExceededError("the RPC's deadline passed")
                     : absl::CancelledError("the caller went away");
    }
  }
  Pump();
}

void JobStream::EndWith(const absl::Status& status) {
  ended_ = true;
  alarm_.reset();
  environment_.recorder.StreamClosed(CloseReason(status));
  sink_->End(status);
}

StreamCloseReason JobStream::CloseReason(const absl::Status& status) const {
  const std::string reason = GetErrorReason(status);
  if (reason == "SLOW_CONSUMER" && failure_.has_value()) {
    return StreamCloseReason::kSlowConsumer;
  }
  if (absl::IsUnauthenticated(status) && failure_.has_value()) {
    return StreamCloseReason::kUnauthenticated;
  }
  if (abandoned_) {
    return deadline_passed_ ? StreamCloseReason::kDeadline
                            : StreamCloseReason::kClientCancel;
  }
  if (reason == "DRAINING") return StreamCloseReason::kDrain;
  if (reason == "UPLOAD_TIMEOUT" || reason == "UPLOAD_TOO_SLOW") {
    return StreamCloseReason::kDeadline;
  }
  if (failure_.has_value() && absl::IsCancelled(*failure_)) {
    return StreamCloseReason::kTransport;
  }
  return StreamCloseReason::kDone;
}

void JobStream::Close() {
  std::unique_ptr<JobSubscription> subscription;
  {
    MutexLock lock(mutex_);
    sink_ = nullptr;
    alarm_.reset();
    subscription = std::move(subscription_);
  }
  // Unlocked, as it waits for a report under way.
  subscription.reset();
  environment_.streams.Closed();
}

// --- Time -------------------------------------------------------------------

absl::Duration JobStream::tick() const {
  return std::min(environment_.heartbeat_interval,
                  environment_.slow_consumer_timeout);
}

void JobStream::SetAlarm() {
  idle_since_alarm_ = true;
  absl::Duration delay = tick();
  if (!started_) {
    delay = std::min(delay, late_time_ - environment_.clock.Monotonic());
  }
  const auto time =
      std::chrono::system_clock::now() +
      absl::ToChronoMilliseconds(absl::Ceil(delay, absl::Milliseconds(1)));
  alarm_ = std::make_unique<grpc::Alarm>();  // replacing one cancels it
  alarm_->Set(time, [self = shared_from_this()](bool fired) {
    if (fired) self->OnAlarm();
  });
}

void JobStream::OnAlarm() {
  {
    MutexLock lock(mutex_);
    if (ended_ || sink_ == nullptr) return;
    if (failure_.has_value()) {  // and the end waits for a write
      if (Unread(tick())) {
        sink_->Abort();
      } else {
        SetAlarm();
      }
      return;
    }
    if (const absl::Status check = sink_->Check(); !check.ok()) {
      failure_ = check;
    } else if (started_) {
      if (idle_since_alarm_) outbox_.PutHeartbeat();
      CheckReader();
    } else if (environment_.clock.Monotonic() >= late_time_) {
      failure_ = late_;
    }
    SetAlarm();
  }
  Pump();
}

bool JobStream::Unread(absl::Duration duration) const {
  return writing_ && environment_.clock.Monotonic() - write_start_ >= duration;
}

void JobStream::CheckReader() {
  const absl::Duration timeout = environment_.slow_consumer_timeout;
  const bool unread = Unread(timeout);
  const bool unacknowledged =
      outbox_.window_full() &&
      environment_.clock.Monotonic() - window_moved_ >= timeout;
  if (!unread && !unacknowledged) return;
  failure_ = SlowConsumerError();
  Log(LogSeverity::kInfo, "slow_consumer",
      {{"job", job_name_}, {"resume_frame", outbox_.resume_frame()}});
  // A write that has only begun may end; an abort would take the reason away.
  if (unread) sink_->Abort();
}

absl::Status JobStream::SlowConsumerError() const {
  return MakeError(
      absl::StatusCode::kAborted,
      absl::StrCat("frames were not taken, or not acknowledged, for ",
                   absl::FormatDuration(environment_.slow_consumer_timeout),
                   "; the job lives: resume at frame ", outbox_.resume_frame()),
      {.reason = "SLOW_CONSUMER",
       .metadata = {{"resume_frame", absl::StrCat(outbox_.resume_frame())}}});
}

}  // namespace animate
