#ifndef ANIMATE_SERVER_QUEUE_JOB_SUBSCRIPTION_H_
#define ANIMATE_SERVER_QUEUE_JOB_SUBSCRIPTION_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "server/queue/job_manager.h"

namespace animate {

// One reader of one job, from its attaching until it goes. Frames are kept by
// the job's store, encoded once; a reader takes them when it can send them, at
// its own pace and from wherever it likes, and its observer hears when there
// are more. Acknowledgements and windows are the reader's affair. Thread-safe.
class JobSubscription {
 public:
  // Takes over the attachment of `observer` to job `name`, made by Submit or
  // Attach of `jobs`, which must outlive this.
  JobSubscription(JobManager& jobs, std::string name, JobObserver* observer)
      : jobs_(jobs), name_(std::move(name)), observer_(observer) {}

  // Detaches: the observer is not called any more once this has returned. Must
  // not be called under a lock that the observer takes.
  ~JobSubscription() { jobs_.Detach(name_, observer_); }

  JobSubscription(const JobSubscription&) = delete;
  JobSubscription& operator=(const JobSubscription&) = delete;

  const std::string& job() const { return name_; }

  // As JobManager::ReadFrame.
  absl::StatusOr<EncodedFrame> ReadFrame(int index) const {
    return jobs_.ReadFrame(name_, index);
  }

 private:
  JobManager& jobs_;
  const std::string name_;
  JobObserver* const observer_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_JOB_SUBSCRIPTION_H_
