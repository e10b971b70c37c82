#ifndef ANIMATE_SERVER_QUEUE_PRINCIPAL_BOOKS_H_
#define ANIMATE_SERVER_QUEUE_PRINCIPAL_BOOKS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/queue/principal_quota.h"

namespace animate {

// Compares what principals have with what they may have. Thread-compatible.
class PrincipalBooks {
 public:
  // What one principal has.
  struct Holding {
    int waiting = 0;
    int unfinished = 0;  // those included
    int64_t bytes = 0;
  };

  // Whether one more job, which may need `bytes`, is within `quota`;
  // submissions that have begun count. RESOURCE_EXHAUSTED, reason QUOTA, with
  // the quota's name and limit; a retry_after where time alone will help.
  absl::Status Check(const std::string& principal, const PrincipalQuota& quota,
                     Holding holding, int64_t bytes, absl::Duration now);

  // A job that Check has let through is being stored; EndSubmission says that
  // it is in the holding now, or never will be.
  void BeginSubmission(const std::string& principal,
                       const PrincipalQuota& quota, int64_t bytes,
                       absl::Duration now);
  void EndSubmission(const std::string& principal, int64_t bytes);

 private:
  // Jobs that may still be accepted at `time`, refilled evenly.
  struct Bucket {
    double left = 0.0;
    absl::Duration time;
  };
  Bucket Refilled(const std::string& principal, int per_minute,
                  absl::Duration now) const;
  void ForgetFull(absl::Duration now);

  std::map<std::string, Bucket> buckets_;
  std::map<std::string, Holding> submitting_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_PRINCIPAL_BOOKS_H_
