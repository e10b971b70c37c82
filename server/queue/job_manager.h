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
// One implementation keeps everything in memory; a durable one will keep the
// same contract. Thread-safe.
class JobManager {
 public:
  virtual ~JobManager() = default;

  // --- For the service -----------------------------------------------------

  // Takes responsibility for a job: from here on observer (may be null) gets
  // exactly one OnFinished. Errors, after which the observer hears nothing:
  // RESOURCE_EXHAUSTED with reason QUEUE_FULL or SPOOL_FULL and a retry_after
  // predicted from measured step times; UNAVAILABLE with reason DRAINING.
  virtual absl::StatusOr<JobSnapshot> Submit(JobSpec spec, EncodedInputs inputs,
                                             JobObserver* observer) = 0;

  // NOT_FOUND with reason JOB_NOT_FOUND for a name unknown or forgotten.
  virtual absl::StatusOr<JobSnapshot> Get(const std::string& name) const = 0;

  // Newest first. `state` unset: all states.
  struct ListOptions {
    std::optional<JobState> state;
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

  // --- For a worker --------------------------------------------------------

  // Blocks until there is a job to run; null when draining has emptied the
  // queue or Shutdown was called. The job is RUNNING from here on, and the
  // worker owes a call of Finish.
  virtual std::unique_ptr<Job> Take() = 0;

  // Records progress and tells the job's observer.
  virtual void ReportProgress(const Job& job, const JobProgress& progress) = 0;
  virtual void ReportFrame(const Job& job, const EncodedFrame& frame) = 0;

  // Records how the motion was fitted, for every later snapshot.
  virtual void ReportRetarget(const Job& job, RetargetOutcome outcome) = 0;

  // Records the end of a job taken before and tells its observer. `status` OK
  // is SUCCEEDED; CANCELLED is CANCELLED; DEADLINE_EXCEEDED is EXPIRED; any
  // other is FAILED.
  virtual void Finish(std::unique_ptr<Job> job, const absl::Status& status,
                      const JobUsage& usage) = 0;

  // --- For the server ------------------------------------------------------

  // Refuses new jobs with UNAVAILABLE/DRAINING; those accepted run on.
  virtual void Drain() = 0;

  // Drains, cancels all that is left and wakes every Take.
  virtual void Shutdown() = 0;

  struct Counts {
    int waiting = 0;
    int running = 0;
  };
  virtual Counts counts() const = 0;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_JOB_MANAGER_H_
