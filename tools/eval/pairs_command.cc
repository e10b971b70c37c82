#include "tools/eval/pairs_command.h"

#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "tools/eval/pairs_evaluation.h"
#include "tools/eval/shared_flags.h"

namespace animate {
namespace {

struct PairsFlags {
  PairsOptions options;
  SharedFlags shared;
};

absl::Status RunPairs(const PairsFlags& flags) {
  ANIMATE_RETURN_IF_ERROR(CheckReportFiles(flags.shared.reports));
  ANIMATE_ASSIGN_OR_RETURN(const VideoNetworks networks,
                           VideoNetworks::Load(flags.shared.networks));
  PairsOptions options = flags.options;
  options.window = flags.shared.window();
  options.networks = &networks;
  options.on_clip = [](const std::string& line) {
    std::cerr << line << std::endl;
  };
  ANIMATE_ASSIGN_OR_RETURN(const ScoreTable table, EvaluatePairs(options));
  Report report{.json = {{"kind", "pairs"},
                         {"generated", options.generated},
                         {"truth", options.truth},
                         {"ssim_window", flags.shared.ssim_window},
                         {"rows", ScoreTableJson(table)}},
                .markdown = absl::StrCat(
                    "# ", options.generated, " against ", options.truth, "\n\n",
                    ScoreTableMarkdown(table, "generated"))};
  if (!options.reference.empty()) report.json["reference"] = options.reference;
  std::cout << report.markdown;
  return WriteReport(report, flags.shared.reports);
}

}  // namespace

void AddPairsCommand(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "pairs", "Compare generated clips with true ones of the same names");
  const auto flags = std::make_shared<PairsFlags>();
  command
      ->add_option("--generated", flags->options.generated,
                   "A folder of frames, a clip, or a folder of such")
      ->required();
  command
      ->add_option("--truth", flags->options.truth,
                   "The same for the truth; names must match")
      ->required();
  command->add_option("--reference", flags->options.reference,
                      "The reference picture, or a folder with one for each "
                      "clip: adds the floor and the changed-pixel error");
  AddSharedFlags(*command, flags->shared);
  command->callback([flags, &exit_code] {
    const absl::Status status = RunPairs(*flags);
    exit_code = status.ok() ? 0 : ReportFailure("pairs", status);
  });
}

}  // namespace animate
