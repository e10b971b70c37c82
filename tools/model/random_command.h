#ifndef ANIMATE_TOOLS_MODEL_RANDOM_COMMAND_H_
#define ANIMATE_TOOLS_MODEL_RANDOM_COMMAND_H_

#include <CLI/CLI.hpp>

namespace animate {

// Adds "random OUT" to `app`. When the command runs it sets `exit_code`: 0, or
// 1 when the folder could not be written.
void AddRandomCommand(CLI::App& app, int& exit_code);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_RANDOM_COMMAND_H_
