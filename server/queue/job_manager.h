#ifndef ANIMATE_SERVER_QUEUE_JOB_MANAGER_H_
#define ANIMATE_SERVER_QUEUE_JOB_MANAGER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/queue/job.h"

namespace animate {

// The life of jobs as the service and the workers see it: submitting, looking
// up, cancelling on one side; taking the next job and reporting on the other.
// Thread-safe.
class JobManager {
 public:
  virtual ~JobManager() = default;

  // --- For the service -----------------------------------------------------

  // Takes responsibility for a job and attaches observer (may be null) to it:
  // from here on it gets exactly one OnFinished. A repetition, a job of the
  // same spec.request of which the digest is the same, is answered with the job
  // that is there, whatever its state. Errors, after which the observer hears
  // nothing: RESOURCE_EXHAUSTED with reason QUEUE_FULL or SPOOL_FULL and a
  // retry_after predicted from measured step times, or with reason QUOTA when
  // the principal has or does more than it may; UNAVAILABLE with reason
  // DRAINING, or STORE_FAILED when it cannot be stored; ALREADY_EXISTS with
  // reason REQUEST_ID_REUSED for the same spec.request with another digest.
  virtual absl::StatusOr<JobSnapshot> Submit(JobSpec spec, EncodedInputs inputs,
                                             JobObserver* observer) = 0;

  // NOT_FOUND with reason JOB_NOT_FOUND for a name unknown or forgotten.
  virtual absl::StatusOr<JobSnapshot> Get(const std::string& name) const = 0;

  // Newest first. `state` unset: all states; `principal` unset: everybody's.
  struct ListOptions {
    std::optional<JobState> state;
    std::optional<std::string> principal;
    int page_size = 50;      // [1, 1000]
    std::string page_token;  // from JobPage, "" for the first
  };
  struct JobPage {
    std::vector<JobSnapshot> jobs;
    std::string next_page_token;  // "" on the last page
  };
  virtual absl::StatusOr<JobPage> List(const ListOptions& options) const = 0;

  // Asks a job to stop and returns its state at once: a waiting job is
  // CANCELLED, a running one CANCELLING until its worker's next step, a
  // finished one unchanged (cancelling twice is no error).
  virtual absl::StatusOr<JobSnapshot> Cancel(const std::string& name,
                                             const std::string& reason) = 0;

  // Attaches a further observer. Returns the job as it is; the observer hears
  // what comes after that, OnFinished at once when the job has ended. While
  // anybody is attached a job is not forgotten for want of space.
  virtual absl::StatusOr<JobSnapshot> Attach(const std::string& name,
                                             JobObserver* observer) = 0;

  // The observer is not called any more once this has returned, also when the
  // job has been forgotten meanwhile. When it was the last one and the job has
  // not ended, spec.on_disconnect applies after spec.disconnect_grace, unless
  // somebody attaches before. Nothing happens when it is not attached.
  virtual void Detach(const std::string& name, JobObserver* observer) = 0;

  // Frame `index` of JobSnapshot.frames. OUT_OF_RANGE when it is not there
  // (yet), NOT_FOUND when the job is not, DATA_LOSS when it was damaged.
  virtual absl::StatusOr<EncodedFrame> ReadFrame(const std::string& name,
                                                 int index) const = 0;

  // Forgets a job that has ended. FAILED_PRECONDITION with reason
  // JOB_NOT_FINISHED for any other; ABORTED with reason ETAG_MISMATCH when
  // `revision` is given and is not the job's.
  virtual absl::Status Delete(const std::string& name,
                              std::optional<uint64_t> revision) = 0;

  // --- For a worker --------------------------------------------------------

  // Blocks until there is a job to run; null when draining has emptied the
  // queue or Shutdown was called. The job is RUNNING from here on, and the
  // worker owes a call of Finish. With job.earlier.checkpoint the worker either
  // goes on from there, after frames [0, job.earlier.frames), or calls
  // StartOver.
  virtual std::unique_ptr<Job> Take() = 0;

  // Records progress and tells the job's observers.
  virtual void ReportProgress(const Job& job, const JobProgress& progress) = 0;
  // Stores the frame, then tells the job's observers. Frames come in order.
  // After an error of the store, which is returned and cancels the job's token,
  // the job cannot succeed any more.
  virtual absl::Status ReportFrame(const Job& job,
                                   const EncodedFrame& frame) = 0;

  // Stores what is needed to go on with the job, should the process end before
  // it does; replaces what was stored before. The job goes on after an error.
  virtual absl::Status SaveCheckpoint(const Job& job,
                                      const JobCheckpoint& checkpoint) = 0;

  // Records what the present attempt has used so far, so that it is known when
  // the process ends before the job. Lasts as long as a commit of the store.
  virtual void ReportUsage(const Job& job, const JobUsage& usage) = 0;

  // What job.earlier has left cannot be gone on with: the job begins anew. If
  // there are frames, they are void: a new generation begins, and observers
  // hear OnReset. Before the first ReportFrame of the attempt.
  virtual absl::Status StartOver(const Job& job) = 0;

  // Records how the motion was fitted, for every later snapshot.
  virtual void ReportRetarget(const Job& job, RetargetOutcome outcome) = 0;

  // Records the end of a job taken before and tells its observers. `usage` is
  // that of this attempt; with an error nothing of the job was of use, earlier
  // attempts included. `status` OK
  // is SUCCEEDED; CANCELLED is CANCELLED; DEADLINE_EXCEEDED is EXPIRED; any
  // other is FAILED.
  virtual void Finish(std::unique_ptr<Job> job, const absl::Status& status,
                      const JobUsage& usage) = 0;

  // --- For the server ------------------------------------------------------

  // Refuses new jobs with UNAVAILABLE/DRAINING; those accepted run on.
  virtual void Drain() = 0;

  // Drains, stops all that is left and wakes every Take.
  virtual void Shutdown() = 0;

  struct Counts {
    int waiting = 0;
    int running = 0;
  };
  virtual Counts counts() const = 0;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_JOB_MANAGER_H_
