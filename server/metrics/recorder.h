#ifndef ANIMATE_SERVER_METRICS_RECORDER_H_
#define ANIMATE_SERVER_METRICS_RECORDER_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/animation/animator.h"

namespace animate {

// Why a request was turned away before it reached the queue. (What the queue
// itself refuses, it counts itself: see JobAccounting.)
enum class RejectReason {
  kInvalid,
  kDeadline,
  kQuota,
  kUnauthenticated,
  kNotReady,   // the model is still loading
  kDraining,   // the server is going away
  kSpoolFull,  // no memory left for one more upload
};

// Parts of a job's life whose duration is measured.
enum class JobPhase {
  kIngest,       // first byte of the upload to the last
  kInputDecode,  // all of the inputs to pixels, what follows included
  kTracking,     // a driving video to keypoints
  kPose,
  kClip,
  kVaeEncode,
  kReference,
  kDenoise,
  kVaeDecode,
  kEncode,  // pixels to encoded pictures, summed over the frames of a job
};

enum class StreamCloseReason {
  kDone,             // the job's outcome was delivered, whatever it was
  kClientCancel,     // the client cancelled the RPC or vanished
  kDeadline,         // the RPC's deadline passed
  kSlowConsumer,     // the client did not read
  kTransport,        // a write failed
  kDrain,            // the server is going away
  kUnauthenticated,  // a token was not accepted, or not any more
};

// Where a running job was when it was asked to stop.
enum class CancelPhase { kPreparing, kDenoising, kDecoding };

// Why device time was thrown away.
enum class WasteReason {
  kCancelled,
  kDisconnected,
  kExpired,
  kFailed,
  kLost,  // the process ended first, and no checkpoint has it
};

// What a worker did with what an earlier process had left of a job.
enum class ResumeResult {
  kContinued,
  kStartedOver,  // another build, model or device, or a damaged checkpoint
};

// What a store was asked to make durable.
enum class StoreCommit {
  kInsert,  // a job with its inputs
  kState,   // start, stop, pause, end, report, a new generation
  kFrame,
  kCheckpoint,
  kDelete,
};

// How a store failed.
enum class StoreFault {
  kFull,     // no space left on the disk
  kSync,     // what was written may not survive a power cut
  kCorrupt,  // what was read is not what was written
  kOther,
};

// What the server tells its operators. Names, labels and buckets are the
// implementation's business; callers know only what happened. Calls are cheap
// and thread-safe. Durations come from Clock::Monotonic, never from differences
// of wall-clock times.
class Recorder {
 public:
  virtual ~Recorder() = default;

  // --- RPCs and streams, by the service ------------------------------------

  // `method` is "animate.v1.AnimationService/GetJob", without leading slash.
  virtual void RpcStarted(absl::string_view method) = 0;

  // `status` is the canonical name ("OK", "NOT_FOUND"); bytes are payloads.
  virtual void RpcFinished(absl::string_view method, absl::string_view status,
                           absl::Duration duration, int64_t bytes_sent,
                           int64_t bytes_received) = 0;

  virtual void StreamOpened() = 0;
  virtual void StreamClosed(StreamCloseReason reason) = 0;

  // A caller who has frames already came back for the rest.
  virtual void StreamResumed() = 0;

  // A caller has said which frames it has dealt with.
  virtual void FramesAcknowledged() = 0;

  // A frame was handed to the transport. `lag` frames of the same stream were
  // waiting behind it.
  virtual void FrameDelivered(int lag) = 0;

  // A request was refused without JobManager::Submit having been called.
  virtual void JobRejected(RejectReason reason) = 0;

  // --- Jobs, by the queue's listener and the worker ------------------------

  // `priority` is PriorityName's word.
  virtual void QueueWait(absl::string_view priority, absl::Duration wait) = 0;

  // Submission to the first frame.
  virtual void FirstFrame(absl::Duration since_submission) = 0;

  // Submission to the end. `state` is the JobStateName of a terminal state.
  virtual void JobFinished(absl::string_view state,
                           absl::Duration since_submission) = 0;

  // An earlier process has left a job; `outcome` is RecoveryOutcomeName's word.
  virtual void JobRecovered(absl::string_view outcome) = 0;
  virtual void JobResumed(ResumeResult result) = 0;

  virtual void PhaseFinished(JobPhase phase, absl::Duration duration) = 0;
  virtual void DenoiseStep(absl::Duration duration) = 0;
  virtual void FrameGenerated() = 0;

  // Device seconds per second of clip.
  virtual void RealtimeFactor(double factor) = 0;

  // Request to stop until the device was free again.
  virtual void CancelLatency(CancelPhase phase, absl::Duration latency) = 0;

  virtual void DeviceTime(absl::Duration used) = 0;
  virtual void DeviceTimeWasted(WasteReason reason, absl::Duration wasted) = 0;
  virtual void GpuOutOfMemory() = 0;
  virtual void NanOutput() = 0;

  // --- The store, by the server --------------------------------------------

  // `duration` until it was durable, or had failed.
  virtual void StoreCommitted(StoreCommit what, absl::Duration duration) = 0;
  virtual void StoreFailed(StoreFault fault) = 0;

  // --- The process, by the server ------------------------------------------

  virtual void SetReady(bool ready) = 0;
  virtual void SetDraining(bool draining) = 0;
  virtual void SetJobSlots(int slots) = 0;
  virtual void SetModelLoadDuration(absl::Duration duration) = 0;
  virtual void AddModel(const ModelInfo& model) = 0;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_METRICS_RECORDER_H_
