// animate-server: settings -> Server -> wait for a signal; or a subcommand.
#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "engine/base/log.h"
#include "engine/detector/pose_detector.h"
#include "engine/pipeline/load_animator.h"
#include "engine/weights/model_folder.h"
#include "server/doctor.h"
#include "server/server.h"
#include "server/server_config.h"
#include "server/stop_signals.h"
#include "server/token_command.h"

namespace animate {
namespace {

constexpr int kStopped = 0;
constexpr int kCouldNotStart = 1;
constexpr int kWrongSettings = 2;

int Fail(int code, const absl::Status& status) {
  std::cerr << "animate-server: " << status.message() << std::endl;
  return code;
}

// Returns what animate_build_info says of CUDA.
std::string OpenDevices(const ServerConfig& config) {
  const absl::Status cuda = InitializeDevices();
  if (cuda.ok()) return "available";
  const bool asked_for_cpu = config.devices == std::vector<std::string>{"cpu"};
  if (!asked_for_cpu) {
    Log(LogSeverity::kWarning, "no_cuda", {{"message", cuda.message()}});
  }
  return "none";
}

PipelineOptions OptionsOf(const ServerConfig& config) {
  PipelineOptions options;
  const std::string& schedule = config.context_schedule;
  if (schedule == "closed") options.context_schedule = ContextSchedule::kClosed;
  if (schedule == "open") options.context_schedule = ContextSchedule::kOpen;
  if (schedule == "edge") options.context_schedule = ContextSchedule::kEdge;
  options.reference_cache_bytes = int64_t{config.reference_cache_mib} << 20;
  return options;
}

// A variable of the environment; null where it is not set.
const char* Environment(const std::string& name) {
  return std::getenv(name.c_str());
}

void UseThreads(const ServerConfig& config) {
  if (config.cpu_threads <= 0) return;
  SetComputeThreads(config.cpu_threads);
  SetPoseDetectorThreads(config.cpu_threads);
}

Server::Factories FactoriesOf(const ServerConfig& config) {
  return {.make_animator =
              [config](const std::string& device) {
                return LoadAnimator({.model_dir = config.model_dir,
                                     .device = device,
                                     .dtype = config.dtype,
                                     .options = OptionsOf(config)});
              },
          .load_pose_detector = LoadPoseDetector};
}

int Run(const ServerConfig& config) {
  SetMinLogSeverity(config.log_level);
  BuildIdentity build = {.version = ANIMATE_VERSION,
                         .commit = ANIMATE_COMMIT,
                         .libtorch = ANIMATE_LIBTORCH_VERSION,
                         .cuda = OpenDevices(config)};
  UseThreads(config);
  Server server(config, build, FactoriesOf(config));
  const StopSignals signals([&server] {
    Log(LogSeverity::kInfo, "stop_requested");
    // Loading cannot be interrupted, and nothing has been accepted yet.
    if (server.RequestStop()) std::_Exit(kStopped);
  });
  absl::Status status = server.Listen();
  if (status.ok()) status = server.Load();
  if (!status.ok()) return Fail(kCouldNotStart, status);
  server.ServeUntilStopped();
  return kStopped;
}

int Doctor(const std::vector<std::string>& args) {
  const auto make_tools = [](const ServerConfig& config) -> DoctorTools {
    SetMinLogSeverity(LogSeverity::kError);
    OpenDevices(config);
    UseThreads(config);
    return {.find_model =
                [](const std::string& folder) {
                  return FindModelFolder(folder).status();
                },
            .factories = FactoriesOf(config)};
  };
  return RunDoctor(args, Environment, make_tools, std::cout, std::cerr);
}

int Token(const std::vector<std::string>& args) {
  return RunTokenCommand(args, std::cout, std::cerr);
}

// Words that, in the first place, make the program something else than the
// server. Each gets the arguments behind it and returns the exit code.
struct Subcommand {
  const char* name;
  int (*run)(const std::vector<std::string>& args);
};
constexpr std::array kSubcommands = {Subcommand{"doctor", Doctor},
                                     Subcommand{"token", Token}};

int Main(const std::vector<std::string>& args) {
  for (const Subcommand& subcommand : kSubcommands) {
    if (args.empty() || args.front() != subcommand.name) continue;
    return subcommand.run({args.begin() + 1, args.end()});
  }
  const absl::StatusOr<ServerCommand> command =
      ParseServerCommand(args, Environment, ANIMATE_VERSION);
  if (!command.ok()) return Fail(kWrongSettings, command.status());
  if (command->text.has_value()) {
    std::cout << *command->text;
    return kStopped;
  }
  return Run(command->config);
}

}  // namespace
}  // namespace animate

int main(int argc, char** argv) {
  umask(S_IRWXG | S_IRWXO);  // inputs and frames are nobody else's business
  animate::BlockStopSignals();
  try {
    return animate::Main(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    std::cerr << "animate-server: " << error.what() << std::endl;
    return 1;
  }
}
