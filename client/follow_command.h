#ifndef ANIMATE_CLIENT_FOLLOW_COMMAND_H_
#define ANIMATE_CLIENT_FOLLOW_COMMAND_H_

#include <cstdint>
#include <string>

#include "client/command.h"
#include "client/exit_code.h"

namespace animate {

// The flags of `animate jobs frames`, `animate jobs follow` and
// `animate run --resume`.
struct FollowCommandOptions {
  CommonOptions common;
  std::string name;  // may lack its "jobs/"
  std::string out;   // as --out of `animate run`
  uint32_t start_frame = 0;
  // Whether to wait for the end of the job.
  bool wait = true;
  double timeout_seconds = 0.0;  // 0: none
};

// Saves the frames of a job that is there already. Comes back by itself after a
// lost connection. Ctrl-C leaves; the job runs on.
ExitCode FollowJob(const FollowCommandOptions& options, const Console& console);

}  // namespace animate

#endif  // ANIMATE_CLIENT_FOLLOW_COMMAND_H_
