#include "tools/model/inspect_command.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "absl/time/time.h"
#include "engine/base/clock.h"
#include "tools/model/inspect.h"
#include "tools/model/inspect_print.h"

namespace animate {
namespace {

struct InspectFlags {
  std::string path;
  bool json = false;
  bool no_hash = false;
  bool all_keys = false;
  bool verbose = false;
};

// Says on the terminal which file is being hashed, in a line that is replaced.
void ShowHashing(absl::string_view file) {
  std::fprintf(stderr, "\r\x1b[Khashing %.*s", static_cast<int>(file.size()),
               file.data());
}

// Says on standard error how fast the weights were read.
void PrintSpeed(const ModelReport& report, double seconds) {
  constexpr double kShortest = 1e-6;
  double gigabytes = 0;
  for (const NetworkReport& network : report.networks) {
    gigabytes += static_cast<double>(network.size_bytes) / 1e9;
  }
  std::fprintf(stderr, "%s %.3f GB in %.2f s (%.2f GB/s)\n",
               report.digests.empty() ? "opened" : "read and hashed", gigabytes,
               seconds, gigabytes / std::max(seconds, kShortest));
}

int Inspect(const InspectFlags& flags) {
  InspectOptions options = {.hash = !flags.no_hash};
  const bool show_progress = options.hash && isatty(STDERR_FILENO) == 1;
  if (show_progress) {
    options.on_hash = ShowHashing;
  }
  const absl::Duration start = Clock::Real().Monotonic();
  const absl::StatusOr<ModelReport> report = InspectModel(flags.path, options);
  const double seconds =
      absl::ToDoubleSeconds(Clock::Real().Monotonic() - start);
  if (show_progress) {
    std::fputs("\r\x1b[K", stderr);
  }
  if (!report.ok()) {
    std::fprintf(stderr, "animate-model: %s\n",
                 std::string(report.status().message()).c_str());
    return 1;
  }
  for (const NetworkReport& network : report->networks) {
    if (network.status.ok()) continue;
    std::fprintf(stderr, "animate-model: %s\n",
                 std::string(network.status.message()).c_str());
  }
  // Of a single file there is nothing else to say.
  if (!report->ok() && report->networks.size() == 1 && !flags.json) return 1;
  const bool colour =
      isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  const std::string text =
      flags.json
          ? ReportJson(*report)
          : ReportText(*report, {.all_keys = flags.all_keys, .colour = colour});
  std::fputs(text.c_str(), stdout);
  if (flags.verbose) PrintSpeed(*report, seconds);
  return report->ok() ? 0 : 1;
}

}  // namespace

void AddInspectCommand(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "inspect", "Show the networks of a model folder, or one checkpoint file");
  // Shared with the callback, which runs after this function has returned.
  const auto flags = std::make_shared<InspectFlags>();
  command
      ->add_option("path", flags->path,
                   "Model folder in the published layout, or a checkpoint")
      ->required();
  command->add_flag("--json", flags->json,
                    "Print one JSON object with every key");
  command->add_flag("--keys", flags->all_keys,
                    "List every key instead of a summary by module");
  command->add_flag("--no-hash", flags->no_hash,
                    "Skip SHA-256, which reads every file completely");
  command->add_flag("--verbose", flags->verbose,
                    "Say on standard error how fast the files were read");
  command->callback([flags, &exit_code] { exit_code = Inspect(*flags); });
}

}  // namespace animate
