#ifndef ANIMATE_CLIENT_COMMAND_LINE_H_
#define ANIMATE_CLIENT_COMMAND_LINE_H_

#include "client/command.h"

namespace animate {

// Parses the command line of `animate` and runs the command it names. Returns
// the exit code, see client/exit_code.h.
int RunCommandLine(int argc, const char* const* argv, const Console& console);

}  // namespace animate

#endif  // ANIMATE_CLIENT_COMMAND_LINE_H_
