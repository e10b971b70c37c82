#include "server/service/frame_outbox.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace animate {

FrameOutbox::FrameOutbox(size_t max_part_bytes, ReadFrame read)
    : max_part_bytes_(max_part_bytes), read_(std::move(read)) {}

void FrameOutbox::PutAccepted(JobSnapshot job, const Reading& reading) {
  MutexLock lock(mutex_);
  window_ = reading.window;
  if (!reading.follow && !IsTerminal(job.state)) limit_ = job.frames;
  if (job.generation >= generation_) {  // no reset was quicker
    generation_ = job.generation;
    next_frame_ = acknowledged_ = reading.start_frame;
    reset_ = reading.reset;
    available_ = std::max(available_, job.frames);
  }
  accepted_ = std::move(job);
}

void FrameOutbox::PutReset(int generation, std::string reason) {
  MutexLock lock(mutex_);
  generation_ = generation;
  reset_ = ResetEvent{.generation = generation, .reason = std::move(reason)};
  available_ = next_frame_ = acknowledged_ = 0;
  missing_ = absl::OkStatus();
}

void FrameOutbox::PutProgress(const JobProgress& progress) {
  MutexLock lock(mutex_);
  progress_ = progress;
}

void FrameOutbox::PutFrames(int frames) {
  MutexLock lock(mutex_);
  available_ = std::max(available_, frames);
}

void FrameOutbox::PutHeartbeat() {
  MutexLock lock(mutex_);
  heartbeat_ = true;
}

void FrameOutbox::PutFinal(JobSnapshot job) {
  MutexLock lock(mutex_);
  available_ = std::max(available_, job.frames);
  final_ = std::move(job);
  progress_.reset();
}

bool FrameOutbox::FrameMay() const {
  return next_frame_ < std::min(available_, limit_) &&
         next_frame_ - acknowledged_ < window_ && missing_.ok();
}

absl::StatusOr<std::optional<FrameOutbox::Event>> FrameOutbox::Next() {
  int wanted = 0;
  int generation = 0;
  {
    MutexLock lock(mutex_);
    if (final_.has_value()) ANIMATE_RETURN_IF_ERROR(missing_);
    if (std::optional<Event> event = NextOther(); event.has_value()) {
      return event;
    }
    if (frame_.has_value()) return std::optional<Event>(NextFramePart());
    if (!accepted_taken_ || !FrameMay()) return std::optional<Event>();
    wanted = next_frame_;
    generation = generation_;
  }
  // Unlocked: the job's side must not wait for a disk.
  absl::StatusOr<EncodedFrame> frame = read_(generation, wanted);
  MutexLock lock(mutex_);
  if (generation != generation_) return NextOther();  // the reset
  if (absl::IsOutOfRange(frame.status()) && !final_.has_value()) {
    missing_ = frame.status();
    return std::optional<Event>();
  }
  ANIMATE_RETURN_IF_ERROR(frame.status());
  frame_ = *std::move(frame);
  frame_generation_ = generation;
  ++next_frame_;
  return std::optional<Event>(NextFramePart());
}

// Anything but a frame, unless it is a frame's turn.
std::optional<FrameOutbox::Event> FrameOutbox::NextOther() {
  if (!accepted_taken_) {
    if (!accepted_.has_value()) return std::nullopt;
    accepted_taken_ = true;
    return std::exchange(accepted_, std::nullopt);
  }
  if (frame_.has_value()) return std::nullopt;  // its parts stay together
  if (reset_.has_value()) return std::exchange(reset_, std::nullopt);
  if (progress_.has_value() && !(FrameMay() && progress_was_last_)) {
    progress_was_last_ = true;
    return std::exchange(progress_, std::nullopt);
  }
  if (FrameMay()) return std::nullopt;
  const bool all_taken = next_frame_ >= std::min(available_, limit_);
  if (final_.has_value() && all_taken) {
    done_ = true;
    return std::exchange(final_, std::nullopt);
  }
  if (next_frame_ >= limit_) done_ = true;
  if (heartbeat_ && !done_) {
    heartbeat_ = false;
    return HeartbeatEvent();
  }
  return std::nullopt;
}

FrameOutbox::Event FrameOutbox::NextFramePart() {
  progress_was_last_ = false;
  const absl::string_view bytes = *frame_->data;
  const size_t parts = std::max<size_t>(
      1, (bytes.size() + max_part_bytes_ - 1) / max_part_bytes_);
  FramePart part{.frame = *frame_,
                 .generation = frame_generation_,
                 .part = next_part_,
                 .parts = static_cast<int>(parts)};
  part.data = bytes.substr(static_cast<size_t>(next_part_) * max_part_bytes_,
                           max_part_bytes_);
  if (++next_part_ == part.parts) {
    frame_.reset();
    next_part_ = 0;
  }
  return part;
}

absl::Status FrameOutbox::Acknowledge(int64_t generation, int64_t through) {
  MutexLock lock(mutex_);
  if (generation > generation_ || generation < 1) {
    return FieldError(
        "ack.generation",
        absl::StrCat("got ", generation, ", the frames sent are of generation ",
                     generation_),
        "BAD_ACK");
  }
  if (generation < generation_) return absl::OkStatus();
  // A frame of which parts are missing was not sent.
  const bool in_parts = frame_.has_value() && frame_generation_ == generation_;
  const int sent = in_parts ? next_frame_ - 1 : next_frame_;
  if (through >= sent) {
    return FieldError(
        "ack.through_frame",
        absl::StrCat("got ", through, ", of ", sent, " frames that were sent"),
        "BAD_ACK");
  }
  acknowledged_ = std::max(acknowledged_, static_cast<int>(through) + 1);
  return absl::OkStatus();
}

bool FrameOutbox::done() const {
  MutexLock lock(mutex_);
  return done_;
}

int FrameOutbox::frames_waiting() const {
  MutexLock lock(mutex_);
  return std::max(0, std::min(available_, limit_) - next_frame_);
}

bool FrameOutbox::window_full() const {
  MutexLock lock(mutex_);
  return next_frame_ < std::min(available_, limit_) &&
         next_frame_ - acknowledged_ >= window_;
}

int FrameOutbox::resume_frame() const {
  MutexLock lock(mutex_);
  return window_ == Reading::kNoWindow ? next_frame_ : acknowledged_;
}

}  // namespace animate
