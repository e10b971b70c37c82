// AddParityCommand for builds with ANIMATE_BUILD_MEDIA=OFF.
#include <cstdio>

#include "tools/model/parity_command.h"

namespace animate {

void AddParityCommand(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("parity", "Not in this build: it reads pictures");
  command->allow_extras();
  command->callback([&exit_code] {
    std::fputs("parity needs a build with -DANIMATE_BUILD_MEDIA=ON\n", stderr);
    exit_code = 1;
  });
}

}  // namespace animate
