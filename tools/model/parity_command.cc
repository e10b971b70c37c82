#include "tools/model/parity_command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "engine/tensor/device.h"
#include "tools/model/parity.h"

namespace animate {
namespace {

struct Arguments {
  ParityOptions options;
  bool json = false;
};

int RunAndPrint(const Arguments& arguments) {
  // What cannot be opened leaves the CPU; asking for a GPU then says so.
  if (arguments.options.device != "cpu") LoadCudaRuntime().IgnoreError();
  const absl::StatusOr<ParityReport> report = RunParity(arguments.options);
  if (!report.ok()) {
    std::cerr << "animate-model parity: " << report.status().message() << "\n";
    return 1;
  }
  if (arguments.json) {
    PrintJson(*report, std::cout);
  } else {
    PrintTable(*report, std::cout);
  }
  return report->ok() ? 0 : 1;
}

}  // namespace

void AddParityCommand(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<Arguments>();
  ParityOptions& options = arguments->options;
  CLI::App* command = app.add_subcommand(
      "parity",
      "Compare what the engine computes with recorded results, one row each");
  command->add_option("--model-dir", options.model_dir, "Model folder")
      ->required();
  command
      ->add_option("--golden-dir", options.golden_dir,
                   "Folder with goldens/index.json, goldens/*.safetensors and "
                   "inputs/")
      ->required();
  command->add_option("--filter", options.filter,
                      "Only rows whose name contains this");
  command->add_option("--device", options.device, "auto, cpu or cuda:N")
      ->capture_default_str();
  command
      ->add_option("--dtype", options.dtype,
                   "auto, float32, bfloat16 or float16; the recorded "
                   "tolerances are for float32")
      ->capture_default_str();
  const std::map<std::string, CountDivisionBug> modes = {
      {"auto", CountDivisionBug::kAuto},
      {"on", CountDivisionBug::kOn},
      {"off", CountDivisionBug::kOff}};
  command
      ->add_option_function<std::string>(
          "--count-division-bug",
          [&options, modes](const std::string& mode) {
            options.count_division_bug =
                mode.empty() ? CountDivisionBug::kOn : modes.at(mode);
          },
          "Reproduce that the reference, without guidance, does not divide "
          "overlapping windows by their count: on, off, or auto (on for the "
          "recorded pipelines without guidance, which contain it)")
      ->expected(0, 1)
      ->check(CLI::IsMember({"", "auto", "on", "off"}));
  command->add_flag("--json", arguments->json, "Print JSON");
  command->callback(
      [arguments, &exit_code] { exit_code = RunAndPrint(*arguments); });
}

}  // namespace animate
