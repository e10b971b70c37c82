#ifndef ANIMATE_SERVER_QUEUE_JOB_LISTENER_H_
#define ANIMATE_SERVER_QUEUE_JOB_LISTENER_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/queue/job.h"

namespace animate {

// What becomes of a job that the last process left unfinished.
enum class RecoveryOutcome {
  kWaits,      // as before
  kResumes,    // it ran: it waits, and goes on from its checkpoint
  kRestarts,   // it ran: it waits, and begins anew
  kPoisoned,   // it failed: the process died too often while it ran
  kCancelled,  // somebody had asked it to stop
  kDamaged,    // it failed: it cannot be read back
};

// "waits", "resumes", …: for logs and metrics.
absl::string_view RecoveryOutcomeName(RecoveryOutcome outcome);

// Hears what becomes of all jobs, for logs and metrics. Called without locks,
// from any thread, several at once; must be thread-safe and return quickly.
// Durations are monotonic.
class JobListener {
 public:
  virtual ~JobListener() = default;
  virtual void OnSubmitted(const JobSnapshot& job) = 0;
  // A job that the last process left unfinished.
  virtual void OnRecovered(const JobSnapshot& job, RecoveryOutcome outcome) = 0;
  // Device time of earlier attempts turned out to be of no use.
  virtual void OnWorkLost(const JobSnapshot& job, absl::Duration lost) = 0;
  virtual void OnRefused(const absl::Status& why) = 0;
  virtual void OnStarted(const JobSnapshot& job, absl::Duration waited) = 0;
  // The server stops; the job goes on when it starts again.
  virtual void OnPaused(const JobSnapshot& job) = 0;
  virtual void OnFirstFrame(const JobSnapshot& job,
                            absl::Duration since_submission) = 0;
  // Before the job's own observer hears the end.
  virtual void OnFinished(const JobSnapshot& job,
                          absl::Duration since_submission) = 0;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_JOB_LISTENER_H_
