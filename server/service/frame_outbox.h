#ifndef ANIMATE_SERVER_SERVICE_FRAME_OUTBOX_H_
#define ANIMATE_SERVER_SERVICE_FRAME_OUTBOX_H_

#include <cstddef>
#include <deque>
#include <optional>
#include <variant>

#include "absl/strings/string_view.h"
#include "engine/base/mutex.h"
#include "server/queue/job.h"

namespace animate {

// A frame, or the piece of it that goes into one message.
struct FramePart {
  EncodedFrame frame;
  int part = 0;  // [0, parts)
  int parts = 1;
  absl::string_view data;  // into *frame.data
};

// A sign of life.
struct HeartbeatEvent {};

// What waits to be sent on one stream. The job's side puts things in and never
// waits; the network's side takes them out one at a time, as fast as the
// reader reads. Frames are never dropped (there are at most as many as the job
// has); of progress only the newest is kept. Thread-safe.
class FrameOutbox {
 public:
  using Event =
      std::variant<JobSnapshot, JobProgress, FramePart, HeartbeatEvent>;

  // Frames of more bytes are sent in parts of at most `max_part_bytes` (> 0).
  explicit FrameOutbox(size_t max_part_bytes);

  // --- The job's side ------------------------------------------------------

  // The first event; the others wait for it, so that a worker may be faster
  // than the call that submits the job.
  void PutAccepted(JobSnapshot job);
  void PutProgress(const JobProgress& progress);
  void PutFrame(EncodedFrame frame);
  void PutHeartbeat();
  // The last event; drops progress that nobody has read.
  void PutFinal(JobSnapshot job);

  // --- The network's side --------------------------------------------------

  // The next event; nullopt when there is none at the moment. Progress and
  // frames take turns, so that neither keeps the other from a slow reader.
  std::optional<Event> Next();

  // Whether the last event has been taken.
  bool done() const;

  // Frames that wait, one in parts included.
  int frames_waiting() const;

 private:
  std::optional<Event> NextFramePart() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_part_bytes_;
  mutable Mutex mutex_;
  std::optional<JobSnapshot> accepted_ ABSL_GUARDED_BY(mutex_);
  bool accepted_taken_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<JobProgress> progress_ ABSL_GUARDED_BY(mutex_);
  bool progress_was_last_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<EncodedFrame> frames_ ABSL_GUARDED_BY(mutex_);
  int next_part_ ABSL_GUARDED_BY(mutex_) = 0;  // of frames_.front()
  bool heartbeat_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<JobSnapshot> final_ ABSL_GUARDED_BY(mutex_);
  bool final_taken_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_FRAME_OUTBOX_H_
