#ifndef ANIMATE_SERVER_QUEUE_PRINCIPAL_QUOTA_H_
#define ANIMATE_SERVER_QUEUE_PRINCIPAL_QUOTA_H_

#include <cstdint>

namespace animate {

// What one principal may have and do; 0: no limit but the server's own.
struct PrincipalQuota {
  int waiting = 0;     // jobs that wait
  int unfinished = 0;  // jobs that wait or run
  // Inputs and frames kept for the principal's jobs, and space promised to
  // those that have not ended.
  int64_t bytes = 0;
  int per_minute = 0;  // accepted jobs; as many at once after a minute's rest

  bool operator==(const PrincipalQuota&) const = default;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_PRINCIPAL_QUOTA_H_
