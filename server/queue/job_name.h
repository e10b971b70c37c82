#ifndef ANIMATE_SERVER_QUEUE_JOB_NAME_H_
#define ANIMATE_SERVER_QUEUE_JOB_NAME_H_

#include <string>

namespace animate {

// Returns "jobs/" and a random UUID (RFC 4122, version 4), which nobody can
// guess: knowing a job's name is what lets a client read or cancel it.
std::string NewJobName();

}  // namespace animate

#endif  // ANIMATE_SERVER_QUEUE_JOB_NAME_H_
