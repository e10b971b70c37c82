#ifndef ANIMATE_CLIENT_JOBS_COMMAND_H_
#define ANIMATE_CLIENT_JOBS_COMMAND_H_

#include <string>

#include "animate/v1/job.pb.h"
#include "client/command.h"
#include "client/exit_code.h"

namespace animate {

// `animate jobs list`: one line per job, newest first.
ExitCode ListJobs(const CommonOptions& options, const std::string& state,
                  int limit, const Console& console);

// `animate jobs get NAME`. NAME may lack its "jobs/".
ExitCode GetJob(const CommonOptions& options, const std::string& name,
                const Console& console);

// `animate jobs cancel NAME`.
ExitCode CancelJob(const CommonOptions& options, const std::string& name,
                   const Console& console);

// `animate jobs delete NAME`: forgets a job that has ended.
ExitCode DeleteJob(const CommonOptions& options, const std::string& name,
                   const Console& console);

// "jobs/…  RUNNING    step 3/25  512x512  24 frames  2026-01-02 03:04:05", and
// then the principal, if the job has one.
std::string JobLine(const v1::Job& job);

// Several lines: the line above, then times, cost and error.
std::string JobText(const v1::Job& job);

}  // namespace animate

#endif  // ANIMATE_CLIENT_JOBS_COMMAND_H_
