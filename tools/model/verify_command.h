#ifndef ANIMATE_TOOLS_MODEL_VERIFY_COMMAND_H_
#define ANIMATE_TOOLS_MODEL_VERIFY_COMMAND_H_

#include <CLI/CLI.hpp>

namespace animate {

// Adds "verify DIR" to `app`. When the command runs it sets `exit_code`: 0, or
// 1 when the model does not fit or cannot be read.
void AddVerifyCommand(CLI::App& app, int& exit_code);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_VERIFY_COMMAND_H_
