#ifndef ANIMATE_TOOLS_MODEL_CONVERT_COMMAND_H_
#define ANIMATE_TOOLS_MODEL_CONVERT_COMMAND_H_

#include <CLI/CLI.hpp>

namespace animate {

// Adds "convert IN OUT" to `app`. When the command runs it sets `exit_code`: 0,
// or 1 when the model could not be read or written.
void AddConvertCommand(CLI::App& app, int& exit_code);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_CONVERT_COMMAND_H_
