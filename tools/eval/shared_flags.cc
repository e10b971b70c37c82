#include "tools/eval/shared_flags.h"

#include <iostream>

namespace animate {

void AddSharedFlags(CLI::App& command, SharedFlags& flags) {
  command.add_option("--json", flags.reports.json,
                     "File for the report as JSON");
  command.add_option("--markdown", flags.reports.markdown,
                     "File for the report as Markdown, which otherwise goes to "
                     "standard output alone");
  command
      .add_option("--ssim-window", flags.ssim_window,
                  "uniform: 7x7, scikit-image's default; gaussian: 11x11, "
                  "sigma 1.5, that of the paper")
      ->capture_default_str()
      ->check(CLI::IsMember({"uniform", "gaussian"}));
  command.add_option("--lpips", flags.networks.lpips,
                     "LPIPS weights, safetensors (docs/evaluation.md)");
  command.add_option("--fvd", flags.networks.fvd,
                     "I3D as TorchScript, for FVD");
  command.add_option("--fid-vid", flags.networks.fid_vid,
                     "A 3D ResNet as TorchScript, for FID-VID");
  command
      .add_option("--window-frames", flags.networks.window_frames,
                  "Frames that the networks of --fvd and --fid-vid see at once")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
}

int ReportFailure(absl::string_view command, const absl::Status& status) {
  std::cerr << "animate-eval " << command << ": " << status.message()
            << std::endl;
  return 1;
}

}  // namespace animate
