#include "tools/model/verify_command.h"

#include <cstdio>
#include <limits>
#include <memory>
#include <string>

#include "engine/base/status_macros.h"
#include "engine/tensor/device.h"
#include "tools/model/verify.h"

namespace animate {
namespace {

struct VerifyFlags {
  std::string path;
  std::string config;
  std::string dtype;
  bool no_values = false;
  bool all = false;
};

absl::StatusOr<VerifyReport> RunVerify(const VerifyFlags& flags) {
  VerifyOptions options = {.config = flags.config, .values = !flags.no_values};
  if (!flags.dtype.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(options.dtype,
                             ParseDtype(flags.dtype, c10::Device(c10::kCPU)));
  }
  return VerifyModel(flags.path, options);
}

int VerifyAndPrint(const VerifyFlags& flags) {
  const absl::StatusOr<VerifyReport> report = RunVerify(flags);
  if (!report.ok()) {
    std::fprintf(stderr, "animate-model verify: %s\n",
                 std::string(report.status().message()).c_str());
    return 1;
  }
  constexpr size_t kLines = 20;
  const std::string text = VerifyText(
      *report, flags.all ? std::numeric_limits<size_t>::max() : kLines);
  std::fputs(text.c_str(), stdout);
  return report->ok() ? 0 : 1;
}

}  // namespace

void AddVerifyCommand(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "verify",
      "Compare the keys, shapes and types of a model folder with what its "
      "networks need, and look for values that are not finite");
  const auto flags = std::make_shared<VerifyFlags>();
  command->add_option("path", flags->path, "Model folder")->required();
  command->add_option("--config", flags->config,
                      "What to compare with: animate-anyone (the published "
                      "sizes), nano, or another model folder; without it the "
                      "folder's own configuration");
  command
      ->add_option("--dtype", flags->dtype,
                   "Require float32, float16 or bfloat16 throughout")
      ->check(CLI::IsMember({"float32", "float16", "bfloat16"}));
  command->add_flag("--no-values", flags->no_values,
                    "Look at headers only, which takes no time");
  command->add_flag("--all", flags->all,
                    "List every difference, not the first 20 of a kind");
  command->callback(
      [flags, &exit_code] { exit_code = VerifyAndPrint(*flags); });
}

}  // namespace animate
