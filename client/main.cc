// The command line `animate`: see client/command_line.h.
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <string_view>

#include "client/command_line.h"
#include "client/interrupt_watcher.h"

int main(int argc, char** argv) {
  // A reader of our output that leaves is an error of a write, not a death.
  std::signal(SIGPIPE, SIG_IGN);
  // Only `run` has something to tidy up; the others just end.
  const bool watches_interrupts =
      argc > 1 && std::string_view(argv[1]) == "run";
  if (watches_interrupts) {
    animate::BlockInterrupts();
  }
  return animate::RunCommandLine(
      argc, argv,
      {.out = std::cout,
       .err = std::cerr,
       .err_is_terminal = isatty(STDERR_FILENO) != 0});
}
