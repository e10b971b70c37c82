// animate-model: looks at model folders, and makes them, without a server.
//
// Exit codes: 0 done, 1 the model or a comparison is not right (reasons on
// standard error or in the output), 2 wrong command line.
#include <cstdio>

#include <CLI/CLI.hpp>

#include "tools/model/convert_command.h"
#include "tools/model/inspect_command.h"
#include "tools/model/parity_command.h"
#include "tools/model/random_command.h"
#include "tools/model/verify_command.h"

namespace {
constexpr int kUsageError = 2;
}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Looks at models of the animation service", "animate-model");
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done, 1 the model or a comparison is not right, 2 wrong "
      "command line.");
  int exit_code = 0;
  // One line per subcommand; each lives in its own <name>_command.{h,cc}.
  animate::AddInspectCommand(app, exit_code);
  animate::AddParityCommand(app, exit_code);
  animate::AddVerifyCommand(app, exit_code);
  animate::AddConvertCommand(app, exit_code);
  animate::AddRandomCommand(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  return exit_code;
}
