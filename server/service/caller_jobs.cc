#include "server/service/caller_jobs.h"

#include <utility>

#include "engine/base/status_macros.h"
#include "server/queue/job_errors.h"

namespace animate {

absl::StatusOr<JobSnapshot> CallerJobs::Submit(JobSpec spec,
                                               EncodedInputs inputs,
                                               JobObserver* observer) const {
  spec.request.principal = principal_;
  return jobs_.Submit(std::move(spec), std::move(inputs), observer);
}

// Nobody's job ever becomes somebody else's, so that what is found here still
// holds when something is done with it.
absl::StatusOr<JobSnapshot> CallerJobs::Get(const std::string& name) const {
  ANIMATE_ASSIGN_OR_RETURN(JobSnapshot job, jobs_.Get(name));
  if (!admin_ && job.principal != principal_) return JobNotFoundError(name);
  return job;
}

absl::StatusOr<JobManager::JobPage> CallerJobs::List(
    JobManager::ListOptions options) const {
  if (!admin_) options.principal = principal_;
  return jobs_.List(options);
}

absl::StatusOr<JobSnapshot> CallerJobs::Cancel(
    const std::string& name, const std::string& reason) const {
  ANIMATE_RETURN_IF_ERROR(Get(name).status());
  return jobs_.Cancel(name, reason);
}

absl::StatusOr<JobSnapshot> CallerJobs::Attach(const std::string& name,
                                               JobObserver* observer) const {
  ANIMATE_RETURN_IF_ERROR(Get(name).status());
  return jobs_.Attach(name, observer);
}

absl::Status CallerJobs::Delete(const std::string& name,
                                std::optional<uint64_t> revision) const {
  ANIMATE_RETURN_IF_ERROR(Get(name).status());
  return jobs_.Delete(name, revision);
}

}  // namespace animate
