// animate-bench: how long the parts of a job take, beside what they cost at
// least. See docs/performance.md.
//
// Exit codes: 0 done, 1 the model or a run failed (reason on standard error), 2
// wrong command line.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/pipeline/load_animator.h"
#include "tests/benchmark/bench_options.h"
#include "tests/benchmark/bench_report.h"
#include "tests/benchmark/bench_run.h"

namespace {

constexpr int kUsageError = 2;

// Adds the flags of `options`; --only goes to `only`.
void AddFlags(CLI::App& app, animate::BenchOptions& options,
              std::vector<std::string>& only) {
  CLI::Option* model_dir =
      app.add_option("--model-dir", options.model_dir, "Model folder to load");
  app.add_option("--config", options.config,
                 "Without a folder: shapes to fill with random weights, "
                 "animate-anyone or nano")
      ->excludes(model_dir)
      ->capture_default_str();
  app.add_option("--width", options.width, "Pixels")->capture_default_str();
  app.add_option("--height", options.height, "Pixels")->capture_default_str();
  app.add_option("--frames", options.frames, "Frames of the clip")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--steps", options.steps, "Denoising steps of the job")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--guidance", options.guidance_scale,
                 "At most 1: one row instead of two")
      ->capture_default_str();
  app.add_option("--dtype", options.dtype, "auto, float32, bfloat16 or float16")
      ->capture_default_str();
  app.add_option("--device", options.device, "auto, cpu, cuda or cuda:N")
      ->capture_default_str();
  app.add_option("--threads", options.threads,
                 "Compute threads; 0: what LibTorch chooses")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--repeat", options.repeat,
                 "Measured runs of each part, after one that warms up")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--only", only,
                 "Parts to measure: clip, vae-encode, reference, step, "
                 "vae-decode, job")
      ->delimiter(',');
  app.add_flag("--profile", options.profile,
               "List the operators and copies of one more run");
  app.add_option("--json", options.json,
                 "File for the result as JSON; \"-\": standard output, "
                 "instead of the table");
}

absl::Status Bench(const animate::BenchOptions& options) {
  ANIMATE_ASSIGN_OR_RETURN(const animate::BenchResult result,
                           animate::RunBench(options));
  const std::string json = animate::BenchJson(result);
  if (options.json == "-") {
    std::fputs(json.c_str(), stdout);
    return absl::OkStatus();
  }
  std::fputs(animate::BenchTable(result).c_str(), stdout);
  if (options.json.empty()) return absl::OkStatus();
  std::ofstream file(options.json);
  file << json << std::flush;
  if (!file) {
    return absl::UnavailableError(absl::StrCat("cannot write ", options.json));
  }
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Measures the parts of an animation job", "animate-bench");
  animate::BenchOptions options;
  std::vector<std::string> only;
  AddFlags(app, options, only);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  if (!only.empty()) options.parts.clear();
  for (const std::string& name : only) {
    const absl::StatusOr<animate::BenchPart> part =
        animate::ParseBenchPart(name);
    if (!part.ok()) {
      std::fprintf(stderr, "--only: %s\n",
                   std::string(part.status().message()).c_str());
      return kUsageError;
    }
    options.parts.push_back(*part);
  }
  // Without a GPU there is only the CPU, and ParseDevice says so when asked.
  animate::InitializeDevices().IgnoreError();
  const absl::Status status = Bench(options);
  if (!status.ok()) {
    std::fprintf(stderr, "animate-bench: %s\n",
                 std::string(status.message()).c_str());
    return 1;
  }
  return 0;
}
