#ifndef ANIMATE_SERVER_QUEUE_JOB_STORE_H_
#define ANIMATE_SERVER_QUEUE_JOB_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/queue/job.h"

namespace animate {

// A job as its store knows it.
struct StoredJob {
  uint64_t number = 0;         // order of submission; never used twice
  std::string name;            // "jobs/{uuid4}"
  std::string principal;       // whose it is; "" when nobody was asked
  std::string request_id;      // chosen by the caller; "" for none
  std::string request_digest;  // of spec and inputs: a repetition has the same
  std::string spec;            // opaque to the store
  JobState state = JobState::kPending;
  int attempt = 0;     // how often it was started
  int generation = 1;  // version of its frames
  int crashes = 0;     // starts that the process did not survive, in a row
  absl::Time create_time;
  std::optional<absl::Time> start_time;   // of the last attempt
  std::optional<absl::Time> end_time;     // set with a terminal state
  std::optional<absl::Time> expire_time;  // set with a terminal state
  absl::Status error;                     // with its details
  JobUsage usage;
  int frames = 0;           // frames [0, frames) of this generation are there
  int64_t frame_bytes = 0;  // of them all
  std::string report;       // what its worker found out; opaque to the store
};

// The parts of a job's input (pictures, clips, what describes them), opaque to
// the store.
using StoredInputs = std::vector<std::string>;

// Where a job manager keeps jobs, inputs, frames and checkpoints. What a
// function that changes something has returned OK for survives whatever the
// implementation promises to survive: nothing (memory), the process, the power.
// After an error nothing has changed.
//
// Names are those of Insert; for any other all functions return NOT_FOUND,
// reason JOB_NOT_FOUND. Errors of the environment: RESOURCE_EXHAUSTED, reason
// SPOOL_FULL, when the disk is full; DATA_LOSS, reason STORE_CORRUPT, when what
// was stored is not what is read, naming file and place; UNAVAILABLE, reason
// STORE_FAILED, for anything else. Thread-safe.
class JobStore {
 public:
  virtual ~JobStore() = default;

  // Stores a job in state PENDING and returns it. `job`: name, principal,
  // request_id, request_digest, spec and create_time count. ALREADY_EXISTS,
  // reason REQUEST_ID_REUSED, when the principal has a job of the same
  // request_id (not ""): see FindRequest; or when the name is taken.
  virtual absl::StatusOr<StoredJob> Insert(const StoredJob& job,
                                           const StoredInputs& inputs) = 0;

  virtual absl::StatusOr<StoredJob> Get(const std::string& name) const = 0;

  // The job that `principal` submitted under `request_id`, if any.
  virtual absl::StatusOr<std::optional<StoredJob>> FindRequest(
      const std::string& principal, const std::string& request_id) const = 0;

  // All jobs in the order of submission.
  virtual absl::StatusOr<std::vector<StoredJob>> List() const = 0;

  // As given to Insert. FAILED_PRECONDITION once the job has ended: inputs are
  // not kept longer than needed.
  virtual absl::StatusOr<StoredInputs> ReadInputs(
      const std::string& name) const = 0;

  // The job is RUNNING: one more attempt, and one more crash until RecordEnd or
  // RecordPause says otherwise.
  virtual absl::Status RecordStart(const std::string& name,
                                   absl::Time start_time) = 0;

  // Somebody asked the running job to stop because of `why`: CANCELLING, and
  // not to be run again.
  virtual absl::Status RecordStop(const std::string& name,
                                  const absl::Status& why) = 0;

  // Replaces StoredJob.report.
  virtual absl::Status RecordReport(const std::string& name,
                                    const std::string& report) = 0;

  // Replaces StoredJob.usage.
  virtual absl::Status RecordUsage(const std::string& name,
                                   const JobUsage& usage) = 0;

  // The job is PENDING again, orderly: the attempt was no crash.
  virtual absl::Status RecordPause(const std::string& name) = 0;

  // Why a job ended.
  struct End {
    JobState state = JobState::kSucceeded;  // terminal
    absl::Status error;
    JobUsage usage;
    absl::Time end_time;
    absl::Time expire_time;
  };
  // Frames stay; inputs and checkpoint go.
  virtual absl::Status RecordEnd(const std::string& name, const End& end) = 0;

  // Begins a new version of the frames: those stored, and the checkpoint, are
  // forgotten. Returns its number.
  virtual absl::StatusOr<int> StartGeneration(const std::string& name) = 0;

  // Stores the next frame: FAILED_PRECONDITION unless frame.index is
  // StoredJob.frames.
  virtual absl::Status AppendFrame(const std::string& name,
                                   const EncodedFrame& frame) = 0;

  // OUT_OF_RANGE unless `index` is in [0, StoredJob.frames).
  virtual absl::StatusOr<EncodedFrame> ReadFrame(const std::string& name,
                                                 int index) const = 0;

  // Replaces the job's checkpoint; its generation is the job's.
  virtual absl::Status SaveCheckpoint(const std::string& name,
                                      const JobCheckpoint& checkpoint) = 0;
  virtual absl::StatusOr<std::optional<JobCheckpoint>> LoadCheckpoint(
      const std::string& name) const = 0;

  // Forgets a job with all that belongs to it.
  virtual absl::Status Delete(const std::string& name) = 0;

  // Bytes of inputs, frames and checkpoints.
  virtual int64_t used_bytes() const = 0;

  // Bytes that the medium still has room for, whoever fills it.
  virtual absl::StatusOr<int64_t> FreeBytes() const = 0;

  // Whether jobs survive the process.
  virtual bool durable() const = 0;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_JOB_STORE_H_
