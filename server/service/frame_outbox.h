#ifndef ANIMATE_SERVER_SERVICE_FRAME_OUTBOX_H_
#define ANIMATE_SERVER_SERVICE_FRAME_OUTBOX_H_

#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/base/mutex.h"
#include "server/queue/job.h"

namespace animate {

// A frame, or the piece of it that goes into one message.
struct FramePart {
  EncodedFrame frame;
  int generation = 1;
  int part = 0;  // [0, parts)
  int parts = 1;
  absl::string_view data;  // into *frame.data
};

// The frames that the reader has are of an older generation.
struct ResetEvent {
  int generation = 1;  // of those that follow
  std::string reason;
};

// A sign of life.
struct HeartbeatEvent {};

// How a reader wants its frames.
struct Reading {
  static constexpr int kNoWindow = std::numeric_limits<int>::max();

  int start_frame = 0;
  // Most frames sent beyond those that were acknowledged.
  int window = kNoWindow;
  // Whether to wait for frames that are not made yet.
  bool follow = true;
  std::optional<ResetEvent> reset;
};

// What is to be sent on one stream, and in which order. The job's side says
// what there is and never waits; the network's side takes one event at a time,
// as fast as the reader reads. Frames stay in the job's store until their turn
// comes, so that a slow reader costs no memory, and are never left out; of
// progress only the newest is kept. Thread-safe; Next is for one thread at a
// time.
class FrameOutbox {
 public:
  using Event = std::variant<JobSnapshot, JobProgress, FramePart, ResetEvent,
                             HeartbeatEvent>;
  // Takes frame `index` of `generation` out of the store; OUT_OF_RANGE when
  // that generation is over.
  using ReadFrame =
      std::function<absl::StatusOr<EncodedFrame>(int generation, int index)>;

  // Frames of more bytes are sent in parts of at most `max_part_bytes` (> 0).
  FrameOutbox(size_t max_part_bytes, ReadFrame read);

  // --- The job's side ------------------------------------------------------

  // The first event; the others wait for it, so that a worker may be faster
  // than the call that submits the job.
  void PutAccepted(JobSnapshot job, const Reading& reading);
  void PutProgress(const JobProgress& progress);
  // Frames [0, frames) of the job can be read.
  void PutFrames(int frames);
  // The frames so far are void, those put from here on are of `generation`.
  void PutReset(int generation, std::string reason);
  void PutHeartbeat();
  // The last event; drops progress that nobody has read.
  void PutFinal(JobSnapshot job);

  // --- The network's side --------------------------------------------------

  // The next event; nullopt when there is none at the moment. Progress and
  // frames take turns, so that neither keeps the other from a slow reader.
  // Errors are those of ReadFrame, and mean the end.
  absl::StatusOr<std::optional<Event>> Next();

  // The reader has dealt with the frames up to and including `through`.
  // INVALID_ARGUMENT, reason BAD_ACK, for frames that were not sent, or a
  // generation that never was. Acknowledging again, or frames of an older
  // generation, changes nothing.
  absl::Status Acknowledge(int64_t generation, int64_t through);

  // Whether the last event has been taken.
  bool done() const;

  // Frames that can be read and have not been taken.
  int frames_waiting() const;

  // Whether frames wait for an acknowledgement.
  bool window_full() const;

  // The first frame that was not acknowledged: where to resume.
  int resume_frame() const;

 private:
  bool FrameMay() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<Event> NextOther() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Event NextFramePart() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_part_bytes_;
  const ReadFrame read_;
  mutable Mutex mutex_;
  std::optional<JobSnapshot> accepted_ ABSL_GUARDED_BY(mutex_);
  bool accepted_taken_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<ResetEvent> reset_ ABSL_GUARDED_BY(mutex_);
  int generation_ ABSL_GUARDED_BY(mutex_) = 1;
  int window_ ABSL_GUARDED_BY(mutex_) = Reading::kNoWindow;
  // Frames after these are not waited for.
  int limit_ ABSL_GUARDED_BY(mutex_) = std::numeric_limits<int>::max();
  std::optional<JobProgress> progress_ ABSL_GUARDED_BY(mutex_);
  bool progress_was_last_ ABSL_GUARDED_BY(mutex_) = false;
  int available_ ABSL_GUARDED_BY(mutex_) = 0;     // frames [0, available_)
  int next_frame_ ABSL_GUARDED_BY(mutex_) = 0;    // to be taken
  int acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;  // frames [0, acknowledged_)
  std::optional<EncodedFrame> frame_ ABSL_GUARDED_BY(mutex_);  // in parts
  int frame_generation_ ABSL_GUARDED_BY(mutex_) = 1;           // of frame_
  int next_part_ ABSL_GUARDED_BY(mutex_) = 0;                  // of frame_
  // Why a frame that was there cannot be read: its generation may be over, and
  // then a reset follows.
  absl::Status missing_ ABSL_GUARDED_BY(mutex_);
  bool heartbeat_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<JobSnapshot> final_ ABSL_GUARDED_BY(mutex_);
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_FRAME_OUTBOX_H_
