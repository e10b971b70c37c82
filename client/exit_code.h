#ifndef ANIMATE_CLIENT_EXIT_CODE_H_
#define ANIMATE_CLIENT_EXIT_CODE_H_

#include "absl/status/status.h"

namespace animate {

// What the command line tells the shell; part of its interface.
enum class ExitCode {
  kOk = 0,
  kLocalFailure = 1,  // a file here cannot be read or written
  kUsage = 2,         // the command line is wrong
  kRefused = 3,       // the server refuses the request as it is
  kBusy = 4,          // the server is full: try again later
  kUnavailable = 5,   // nobody answers, or the server is not ready
  kJobFailed = 6,     // the server tried and failed
  kTimedOut = 7,      // a deadline passed
  kCancelled = 130,   // cancelled, as the shell reports Ctrl-C
};

// Lines for --help.
inline constexpr char kExitCodeHelp[] =
    "Exit codes: 0 done; 1 a local file cannot be read or written; 2 wrong\n"
    "command line; 3 the server refuses the request; 4 the server is full, "
    "try\n"
    "again later; 5 no answer, or the server is not ready; 6 the job failed "
    "on\n"
    "the server; 7 a deadline passed; 130 cancelled.";

// Returns the code for what an RPC returned.
ExitCode ExitCodeFor(const absl::Status& status);

}  // namespace animate

#endif  // ANIMATE_CLIENT_EXIT_CODE_H_
