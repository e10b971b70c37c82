#include "server/service/frame_outbox.h"

#include <algorithm>
#include <utility>

namespace animate {

FrameOutbox::FrameOutbox(size_t max_part_bytes)
    : max_part_bytes_(max_part_bytes) {}

void FrameOutbox::PutAccepted(JobSnapshot job) {
  MutexLock lock(mutex_);
  accepted_ = std::move(job);
}

void FrameOutbox::PutProgress(const JobProgress& progress) {
  MutexLock lock(mutex_);
  progress_ = progress;
}

void FrameOutbox::PutFrame(EncodedFrame frame) {
  MutexLock lock(mutex_);
  frames_.push_back(std::move(frame));
}

void FrameOutbox::PutHeartbeat() {
  MutexLock lock(mutex_);
  heartbeat_ = true;
}

void FrameOutbox::PutFinal(JobSnapshot job) {
  MutexLock lock(mutex_);
  final_ = std::move(job);
  progress_.reset();
}

std::optional<FrameOutbox::Event> FrameOutbox::Next() {
  MutexLock lock(mutex_);
  if (!accepted_taken_) {
    if (!accepted_.has_value()) return std::nullopt;
    accepted_taken_ = true;
    return std::exchange(accepted_, std::nullopt);
  }
  // Parts of one frame stay together.
  const bool progress_may =
      next_part_ == 0 && (frames_.empty() || !progress_was_last_);
  if (progress_.has_value() && progress_may) {
    progress_was_last_ = true;
    return std::exchange(progress_, std::nullopt);
  }
  if (!frames_.empty()) {
    progress_was_last_ = false;
    return NextFramePart();
  }
  if (final_.has_value()) {
    final_taken_ = true;
    return std::exchange(final_, std::nullopt);
  }
  if (heartbeat_ && !final_taken_) {
    heartbeat_ = false;
    return HeartbeatEvent();
  }
  return std::nullopt;
}

std::optional<FrameOutbox::Event> FrameOutbox::NextFramePart() {
  const EncodedFrame& frame = frames_.front();
  const absl::string_view bytes = *frame.data;
  const size_t parts = std::max<size_t>(
      1, (bytes.size() + max_part_bytes_ - 1) / max_part_bytes_);
  FramePart part{
      .frame = frame, .part = next_part_, .parts = static_cast<int>(parts)};
  part.data = bytes.substr(static_cast<size_t>(next_part_) * max_part_bytes_,
                           max_part_bytes_);
  if (++next_part_ == part.parts) {
    frames_.pop_front();
    next_part_ = 0;
  }
  return part;
}

bool FrameOutbox::done() const {
  MutexLock lock(mutex_);
  return final_taken_;
}

int FrameOutbox::frames_waiting() const {
  MutexLock lock(mutex_);
  return static_cast<int>(frames_.size());
}

}  // namespace animate
