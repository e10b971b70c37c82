// animate-train-bench: what a training step costs, as the Trainer takes it, on
// clips that lie ready. Prints one JSON object, as reference_training_step.py
// does; compare_training_with_reference.py runs both.
//
// Exit codes: 0 done, 1 the run failed (reason on standard error), 2 wrong
// command line.
#include <ATen/Parallel.h>
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/base/cancellation.h"
#include "engine/base/status_macros.h"
#include "engine/training/trainer.h"
#include "tests/benchmark/memory_probe.h"
#include "tools/train/make_task.h"
#include "tools/train/run_config.h"

namespace animate {
namespace {

constexpr int kUsageError = 2;

struct TrainingBenchFlags {
  std::string thing = "stage1";
  std::string config;
  std::vector<std::string> assignments;
  int repeat = 3;
  int threads = 0;
};

// Clips drawn before anything is measured, over and over.
class ReadyClips : public ClipDataset {
 public:
  ReadyClips(const ClipFormat& format, std::vector<TrainingClip> clips)
      : format_(format), clips_(std::move(clips)) {}

  const ClipFormat& format() const override { return format_; }
  absl::StatusOr<TrainingClip> Draw(int64_t index) const override {
    return clips_[static_cast<size_t>(index) % clips_.size()];
  }
  int64_t skipped() const override { return 0; }

 private:
  const ClipFormat format_;
  const std::vector<TrainingClip> clips_;
};

absl::StatusOr<std::unique_ptr<ClipDataset>> DrawReady(
    const RunConfig& config) {
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<ClipDataset> dataset,
                           OpenTrainingClips(config.data));
  std::vector<TrainingClip> clips;
  for (int i = 0; i < config.trainer.batch_size; ++i) {
    ANIMATE_ASSIGN_OR_RETURN(TrainingClip clip, dataset->Draw(i));
    clips.push_back(std::move(clip));
  }
  return std::make_unique<ReadyClips>(dataset->format(), std::move(clips));
}

double ProcessCpuSeconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// Takes the time of every step but the first, which warms up.
class StepWatch : public TrainingObserver {
 public:
  void OnStep(const TrainingProgress& progress) override {
    const double now = ProcessCpuSeconds();
    if (progress.step > 1) {
      wall_seconds.push_back(progress.seconds);
      cpu_seconds.push_back(now - cpu_before_);
    } else {
      warm_up_seconds = progress.seconds;
      ResetPeakResident();
    }
    loss = progress.loss;
    cpu_before_ = ProcessCpuSeconds();
  }
  void OnSheetDue(int64_t, const StateDict&) override {}
  void OnModelDue(int64_t, const StateDict&) override {}
  void OnCheckpoint(int64_t, const std::string&) override {}
  void OnCheckpointFailed(int64_t, const absl::Status&) override {}

  std::vector<double> wall_seconds;
  std::vector<double> cpu_seconds;
  double warm_up_seconds = 0.0;
  double loss = 0.0;

 private:
  double cpu_before_ = 0.0;
};

absl::StatusOr<TrainedThing> ParseThing(const std::string& name) {
  for (const TrainedThing thing :
       {TrainedThing::kVae, TrainedThing::kStage1, TrainedThing::kStage2}) {
    if (name == TrainedThingName(thing)) return thing;
  }
  return absl::InvalidArgumentError("train vae, stage1 or stage2: got " + name);
}

absl::Status Measure(const TrainingBenchFlags& flags) {
  std::ifstream in(flags.config);
  const std::string text((std::istreambuf_iterator<char>(in)),
                         std::istreambuf_iterator<char>());
  ANIMATE_ASSIGN_OR_RETURN(const TrainedThing thing, ParseThing(flags.thing));
  ANIMATE_ASSIGN_OR_RETURN(
      RunConfig config,
      ParseRunConfig(thing, text, flags.config, flags.assignments));
  if (flags.threads > 0) at::set_num_threads(flags.threads);
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<ClipDataset> clips,
                           DrawReady(config));
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<TrainingTask> task,
                           MakeTask(config, *clips));
  config.trainer.steps = 1 + flags.repeat;
  config.trainer.prefetch_threads = 0;
  config.trainer.sheet_steps = 0;
  ANIMATE_ASSIGN_OR_RETURN(
      const std::unique_ptr<Trainer> trainer,
      Trainer::Create(config.trainer,
                      {.task = task.get(), .dataset = clips.get()}));
  StepWatch watch;
  ANIMATE_RETURN_IF_ERROR(trainer->Run(watch, CancellationToken()));
  int64_t weights = 0;
  for (const auto& [key, tensor] : task->trained()) weights += tensor.numel();
  const nlohmann::ordered_json result = {
      {"part", std::string("train-") + flags.thing},
      {"wall_seconds", watch.wall_seconds},
      {"cpu_seconds", watch.cpu_seconds},
      {"warm_up_seconds", watch.warm_up_seconds},
      {"peak_resident_bytes", PeakResidentBytes()},
      {"trained_weights", weights},
      {"loss", watch.loss},
      {"threads", at::get_num_threads()}};
  std::printf("%s\n", result.dump().c_str());
  return absl::OkStatus();
}

}  // namespace
}  // namespace animate

int main(int argc, char** argv) {
  // As animate-train has it.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  CLI::App app("Measures steps of animate-train", "animate-train-bench");
  animate::TrainingBenchFlags flags;
  app.add_option("thing", flags.thing, "vae, stage1 or stage2")
      ->capture_default_str();
  app.add_option("--config", flags.config, "As of animate-train")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--set", flags.assignments, "As of animate-train")
      ->type_name("KEY=VALUE");
  app.add_option("--repeat", flags.repeat,
                 "Measured steps, after one that warms up")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--threads", flags.threads,
                 "Compute threads; 0: what LibTorch chooses")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : animate::kUsageError;
  }
  const absl::Status status = animate::Measure(flags);
  if (status.ok()) return 0;
  std::fprintf(stderr, "animate-train-bench: %s\n",
               std::string(status.message()).c_str());
  return 1;
}
