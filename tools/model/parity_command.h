#ifndef ANIMATE_TOOLS_MODEL_PARITY_COMMAND_H_
#define ANIMATE_TOOLS_MODEL_PARITY_COMMAND_H_

#include <CLI/CLI.hpp>

namespace animate {

// Adds "parity" to the subcommands of `app`. When it has run, `exit_code` is 0
// if every comparison passed, 1 if one failed, none was made, or model or
// golden folder could not be opened. `exit_code` must outlive the parsing.
void AddParityCommand(CLI::App& app, int& exit_code);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_PARITY_COMMAND_H_
