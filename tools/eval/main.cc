// animate-eval: how good generated clips are.
//
// Exit codes: 0 done, 1 it could not be measured (the reason on standard
// error), 2 wrong command line.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "tools/eval/model_command.h"
#include "tools/eval/pairs_command.h"

namespace {
constexpr int kFailure = 1;
constexpr int kUsageError = 2;
}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Measures generated clips", "animate-eval");
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done, 1 it could not be measured, 2 wrong command line. "
      "What is measured, and how: docs/evaluation.md");
  int exit_code = 0;
  animate::AddPairsCommand(app, exit_code);
  animate::AddModelCommand(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  } catch (const std::exception& error) {
    std::cerr << "animate-eval: " << error.what() << std::endl;
    return kFailure;
  }
  return exit_code;
}
