#ifndef ANIMATE_TOOLS_EVAL_PAIRS_COMMAND_H_
#define ANIMATE_TOOLS_EVAL_PAIRS_COMMAND_H_

#include <CLI/CLI.hpp>

namespace animate {

// Adds "pairs" to `app`. When the command runs it sets `exit_code`: 0, or 1
// when the clips could not be compared.
void AddPairsCommand(CLI::App& app, int& exit_code);

}  // namespace animate

#endif  // ANIMATE_TOOLS_EVAL_PAIRS_COMMAND_H_
