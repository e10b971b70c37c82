#ifndef ANIMATE_TOOLS_EVAL_SHARED_FLAGS_H_
#define ANIMATE_TOOLS_EVAL_SHARED_FLAGS_H_

#include <CLI/CLI.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "engine/evaluation/structural_similarity.h"
#include "tools/eval/report_files.h"
#include "tools/eval/video_networks.h"

namespace animate {

// What both commands have: how to measure, where to report.
struct SharedFlags {
  std::string ssim_window = "uniform";  // or "gaussian"
  VideoNetworkFiles networks;
  ReportFiles reports;

  SsimWindow window() const {
    return ssim_window == "gaussian" ? SsimWindow::kGaussian11
                                     : SsimWindow::kUniform7;
  }
};

// Adds --json, --markdown, --ssim-window, --lpips, --fvd, --fid-vid and
// --window-frames to `command`. `flags` must outlive the parsing.
void AddSharedFlags(CLI::App& command, SharedFlags& flags);

// Prints "animate-eval <command>: <message>" on standard error and returns the
// exit code of failures, 1.
int ReportFailure(absl::string_view command, const absl::Status& status);

}  // namespace animate

#endif  // ANIMATE_TOOLS_EVAL_SHARED_FLAGS_H_
