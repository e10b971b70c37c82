#include "tools/train/train_command.h"

#include <unistd.h>

#include <ATen/Parallel.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "engine/base/cancellation.h"
#include "engine/base/status_macros.h"
#include "engine/tensor/device.h"
#include "engine/training/local_replicas.h"
#include "engine/training/replica_address.h"
#include "engine/training/torch_replicas.h"
#include "tools/train/stop_request.h"
#include "tools/train/training_run.h"

namespace animate {
namespace {

struct TrainFlags {
  std::string config;
  std::vector<std::string> assignments;
  std::string output;
  int64_t steps = 0;  // 0: as the configuration says
  int processes = 1;
  bool fresh = false;
  bool accept_changed_settings = false;
  bool dry_run = false;
};

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return absl::NotFoundError(
        absl::StrCat(path, ": cannot be read: ", std::strerror(errno)));
  }
  return std::string(std::istreambuf_iterator<char>(in),
                     std::istreambuf_iterator<char>());
}

absl::StatusOr<RunConfig> ReadConfig(TrainedThing thing,
                                     const TrainFlags& flags) {
  ANIMATE_ASSIGN_OR_RETURN(const std::string text, ReadText(flags.config));
  std::vector<std::string> assignments = flags.assignments;
  if (!flags.output.empty()) {
    assignments.push_back(absl::StrCat("output=", flags.output));
  }
  if (flags.steps > 0) {
    assignments.push_back(absl::StrCat("trainer.steps=", flags.steps));
  }
  return ParseRunConfig(thing, text, flags.config, assignments);
}

// Each process gets a GPU of its own where the configuration leaves it open,
// and its share of the cores where the environment does.
void ShareMachine(const ReplicaAddress& address, int local_processes,
                  RunConfig& config) {
  for (std::string* device : {&config.vae.task.device, &config.stage.device}) {
    if (*device == "cpu") continue;
    LoadCudaRuntime().IgnoreError();
    const auto gpus = static_cast<int>(ListDevices().size()) - 1;
    if ((*device == "auto" || *device == "cuda") && address.local_rank < gpus) {
      *device = absl::StrCat("cuda:", address.local_rank);
    }
  }
  if (local_processes > 1 && std::getenv("OMP_NUM_THREADS") == nullptr) {
    const auto cores = static_cast<int>(std::thread::hardware_concurrency());
    at::set_num_threads(std::max(1, cores / local_processes));
  }
}

absl::Status RunProcess(const TrainFlags& flags, const ReplicaAddress& address,
                        RunConfig& config) {
  CancellationToken token;
  const StopRequest stop(token);
  ShareMachine(address, flags.processes, config);
  RunOptions options = {
      .fresh = flags.fresh,
      .accept_changed_settings = flags.accept_changed_settings,
      .style = isatty(STDERR_FILENO) != 0 ? ProgressLine::Style::kTerminal
                                          : ProgressLine::Style::kPlain};
  std::unique_ptr<Replicas> replicas;
  if (address.world_size > 1) {
    ANIMATE_ASSIGN_OR_RETURN(replicas, ConnectReplicas(address));
    options.replicas = replicas.get();
  }
  return RunTraining(config, options, token, std::cerr);
}

absl::Status Train(TrainedThing thing, const TrainFlags& flags) {
  ANIMATE_ASSIGN_OR_RETURN(RunConfig config, ReadConfig(thing, flags));
  if (flags.dry_run) {
    std::cout << RunConfigJson(config);
    return absl::OkStatus();
  }
  if (flags.processes <= 1) {
    ANIMATE_ASSIGN_OR_RETURN(
        const ReplicaAddress address,
        ReplicaAddressFromEnvironment(
            [](const char* name) { return std::getenv(name); }));
    return RunProcess(flags, address, config);
  }
  // Before anything starts a thread.
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<LocalReplicas> local,
                           LocalReplicas::Fork(flags.processes));
  const absl::Status ran = RunProcess(flags, local->address(), config);
  const absl::Status others = local->Wait();
  return ran.ok() ? others : ran;
}

const char* AboutThing(TrainedThing thing) {
  switch (thing) {
    case TrainedThing::kVae:
      return "Train a VAE, grow one by a level, or tune a decoder";
    case TrainedThing::kStage1:
      return "Train everything but the temporal layers, on single frames";
    case TrainedThing::kStage2:
      return "Train the temporal layers, on clips";
  }
  return "";
}

void AddTrainOptions(CLI::App* command, TrainFlags& flags) {
  command
      ->add_option("--config", flags.config,
                   "JSON file with the settings of the run; configs/train has "
                   "some, docs/training.md all keys")
      ->required();
  command
      ->add_option("--set", flags.assignments,
                   "Overrides a setting, e.g. --set trainer.batch_size=8; may "
                   "be repeated")
      ->type_name("KEY=VALUE");
  command->add_option("--output", flags.output,
                      "Folder of the run, instead of the setting \"output\"");
  command
      ->add_option("--steps", flags.steps,
                   "Length of the whole run, instead of trainer.steps; a run "
                   "may be made longer when it goes on")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--processes", flags.processes,
                   "Train in so many processes on this machine, each with "
                   "batches of its own: on a CPU faster than threads, with one "
                   "thread each; each with a GPU where there are several")
      ->check(CLI::Range(1, 64));
  command->add_flag("--fresh", flags.fresh,
                    "Refuse to go on with a run that is in the folder; "
                    "otherwise its newest checkpoint is where it begins");
  command->add_flag("--accept-changed-settings", flags.accept_changed_settings,
                    "Go on although settings have changed that decide on the "
                    "outcome");
  command->add_flag("--dry-run", flags.dry_run,
                    "Check the settings, print all of them and stop");
}

}  // namespace

void AddTrainCommand(CLI::App& app, TrainedThing thing, int& exit_code) {
  const std::string name(TrainedThingName(thing));
  CLI::App* command = app.add_subcommand(name, AboutThing(thing));
  const auto flags = std::make_shared<TrainFlags>();
  AddTrainOptions(command, *flags);
  command->callback([flags, thing, name, &exit_code] {
    const absl::Status trained = Train(thing, *flags);
    exit_code = trained.ok() ? 0 : 1;
    if (!trained.ok()) {
      std::fprintf(stderr, "animate-train %s: %s\n", name.c_str(),
                   std::string(trained.message()).c_str());
    }
  });
}

void AddSettingsCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "settings", "Print every setting, its values, default and meaning");
  command->callback([] { std::cout << SettingsManual(); });
}

}  // namespace animate
