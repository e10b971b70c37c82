#ifndef ANIMATE_SERVER_SERVICE_CALLER_JOBS_H_
#define ANIMATE_SERVER_SERVICE_CALLER_JOBS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/queue/job_manager.h"
#include "server/security/authenticator.h"

namespace animate {

// The jobs of one caller; of everybody for an admin. Somebody else's job is not
// there: NOT_FOUND, reason JOB_NOT_FOUND, as if the name had been made up, so
// that names tell nothing. Otherwise as JobManager. Thread-safe.
class CallerJobs {
 public:
  // `jobs` must outlive this.
  CallerJobs(JobManager& jobs, const Caller& caller)
      : jobs_(jobs), principal_(caller.principal), admin_(caller.admin) {}

  // The job is the caller's.
  absl::StatusOr<JobSnapshot> Submit(JobSpec spec, EncodedInputs inputs,
                                     JobObserver* observer) const;
  absl::StatusOr<JobSnapshot> Get(const std::string& name) const;
  absl::StatusOr<JobManager::JobPage> List(
      JobManager::ListOptions options) const;
  absl::StatusOr<JobSnapshot> Cancel(const std::string& name,
                                     const std::string& reason) const;
  absl::StatusOr<JobSnapshot> Attach(const std::string& name,
                                     JobObserver* observer) const;
  absl::Status Delete(const std::string& name,
                      std::optional<uint64_t> revision) const;

 private:
  JobManager& jobs_;
  const std::string principal_;
  const bool admin_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_CALLER_JOBS_H_
