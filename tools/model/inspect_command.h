#ifndef ANIMATE_TOOLS_MODEL_INSPECT_COMMAND_H_
#define ANIMATE_TOOLS_MODEL_INSPECT_COMMAND_H_

#include <CLI/CLI.hpp>

namespace animate {

// Adds "inspect PATH" to `app`. When the command runs it sets `exit_code`: 0,
// or 1 when the model is incomplete or a file cannot be read.
void AddInspectCommand(CLI::App& app, int& exit_code);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_INSPECT_COMMAND_H_
