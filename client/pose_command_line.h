#ifndef ANIMATE_CLIENT_POSE_COMMAND_LINE_H_
#define ANIMATE_CLIENT_POSE_COMMAND_LINE_H_

#include <functional>
#include <memory>

#include "client/command.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace animate {

struct PoseCommandOptions;

// The subcommands `animate pose …` on the command line. Their options live as
// long as the object.
class PoseCommandLine {
 public:
  PoseCommandLine();
  PoseCommandLine(const PoseCommandLine&) = delete;
  PoseCommandLine& operator=(const PoseCommandLine&) = delete;
  ~PoseCommandLine();

  // Adds `pose` to `app`. Parsing sets `command` to what was asked for; both
  // must not outlive this object.
  void AddTo(CLI::App& app, std::function<ExitCode(const Console&)>& command);

 private:
  std::unique_ptr<PoseCommandOptions> options_;
};

}  // namespace animate

#endif  // ANIMATE_CLIENT_POSE_COMMAND_LINE_H_
