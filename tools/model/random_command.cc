#include "tools/model/random_command.h"

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/base/status_macros.h"
#include "engine/tensor/device.h"
#include "tools/model/random_model.h"
#include "tools/model/topology.h"

namespace animate {
namespace {

struct RandomFlags {
  std::string out;
  std::string config = "animate-anyone";
  std::string dtype = "float16";
  uint64_t seed = 1;
};

absl::Status WriteRandom(const RandomFlags& flags) {
  ANIMATE_ASSIGN_OR_RETURN(const TopologyConfig config,
                           FindTopologyConfig(flags.config));
  ANIMATE_ASSIGN_OR_RETURN(const c10::ScalarType dtype,
                           ParseDtype(flags.dtype, c10::Device(c10::kCPU)));
  return WriteRandomModel(
      config, flags.out,
      {.dtype = dtype, .seed = flags.seed, .on_file = PrintWrittenFile});
}

}  // namespace

void AddRandomCommand(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "random",
      "Write a complete model folder with random weights, for tests: pictures "
      "made with it are noise, sizes and speed are real");
  const auto flags = std::make_shared<RandomFlags>();
  command->add_option("out", flags->out, "Folder to make; must not exist")
      ->required();
  command
      ->add_option("--config", flags->config,
                   "Sizes: animate-anyone (the published ones: 5.1 GB in "
                   "float16), nano (9 MB), or a model folder whose "
                   "configuration to use")
      ->capture_default_str();
  command->add_option("--dtype", flags->dtype, "float32, float16 or bfloat16")
      ->capture_default_str()
      ->check(CLI::IsMember({"float32", "float16", "bfloat16"}));
  command
      ->add_option("--seed", flags->seed,
                   "The same seed gives the same weights, and in another type "
                   "the same weights rounded")
      ->capture_default_str();
  command->callback([flags, &exit_code] {
    const absl::Status written = WriteRandom(*flags);
    exit_code = written.ok() ? 0 : 1;
    if (!written.ok()) {
      std::fprintf(stderr, "animate-model random: %s\n",
                   std::string(written.message()).c_str());
    }
  });
}

}  // namespace animate
