#ifndef ANIMATE_TOOLS_EVAL_MODEL_COMMAND_H_
#define ANIMATE_TOOLS_EVAL_MODEL_COMMAND_H_

#include <CLI/CLI.hpp>

namespace animate {

// Adds "model" to `app`. When the command runs it sets `exit_code`: 0, or 1
// when the model could not be evaluated.
void AddModelCommand(CLI::App& app, int& exit_code);

}  // namespace animate

#endif  // ANIMATE_TOOLS_EVAL_MODEL_COMMAND_H_
