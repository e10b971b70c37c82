#include "tools/train/training_run.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/training/trainer.h"
#include "tools/train/make_task.h"
#include "tools/train/metrics_log.h"
#include "tools/train/run_folder.h"
#include "tools/train/run_reporter.h"

namespace animate {
namespace {

// Sees nothing: of the processes that do not write.
class SilentObserver : public TrainingObserver {
 public:
  void OnStep(const TrainingProgress&) override {}
  void OnSheetDue(int64_t, const StateDict&) override {}
  void OnModelDue(int64_t, const StateDict&) override {}
  void OnCheckpoint(int64_t, const std::string&) override {}
  void OnCheckpointFailed(int64_t, const absl::Status&) override {}
};

absl::Status CheckFresh(const RunFolder& folder) {
  if (!std::filesystem::exists(folder.checkpoints())) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat(folder.checkpoints(),
                   ": there is a run already; without --fresh it goes on"));
}

int64_t CountWeights(const StateDict& weights) {
  int64_t count = 0;
  for (const auto& [key, tensor] : weights) count += tensor.numel();
  return count;
}

std::string TitleOf(const RunConfig& config) {
  return absl::StrCat(TrainedThingName(config.thing), " ",
                      std::filesystem::path(config.output).filename().string(),
                      ", ", config.data.format.width, "x",
                      config.data.format.height);
}

// What all processes make alike.
struct Workshop {
  std::unique_ptr<ClipDataset> clips;
  std::unique_ptr<TrainingTask> task;
  std::unique_ptr<Trainer> trainer;
};

absl::StatusOr<Workshop> OpenWorkshop(const RunConfig& config,
                                      const RunOptions& options) {
  Workshop shop;
  ANIMATE_ASSIGN_OR_RETURN(shop.clips, OpenTrainingClips(config.data));
  ANIMATE_ASSIGN_OR_RETURN(shop.task, MakeTask(config, *shop.clips));
  TrainerOptions trainer = config.trainer;
  trainer.accept_changed_settings = options.accept_changed_settings;
  ANIMATE_ASSIGN_OR_RETURN(
      shop.trainer,
      Trainer::Create(trainer, {.task = shop.task.get(),
                                .dataset = shop.clips.get(),
                                .replicas = options.replicas,
                                .checkpoint_folder =
                                    RunFolder(config.output).checkpoints()}));
  return shop;
}

// Returns where it goes on from; "" for a new run.
absl::StatusOr<std::string> ResumeOrBegin(Trainer& trainer) {
  absl::StatusOr<std::string> from = trainer.Resume();
  if (absl::IsNotFound(from.status())) return std::string();
  return from;
}

absl::Status RunFirst(const RunConfig& config, const RunOptions& options,
                      const CancellationToken& cancel, std::ostream& out) {
  const RunFolder folder(config.output);
  if (options.fresh) ANIMATE_RETURN_IF_ERROR(CheckFresh(folder));
  ANIMATE_RETURN_IF_ERROR(folder.Make());
  ANIMATE_ASSIGN_OR_RETURN(Workshop shop, OpenWorkshop(config, options));
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<ClipDataset> held_out,
                           OpenHeldOutClips(config.data));
  ANIMATE_ASSIGN_OR_RETURN(const std::string from,
                           ResumeOrBegin(*shop.trainer));
  ANIMATE_RETURN_IF_ERROR(WriteWhole(folder.config(), RunConfigJson(config)));
  ANIMATE_ASSIGN_OR_RETURN(
      const std::unique_ptr<MetricsLog> metrics,
      MetricsLog::Open(folder.metrics(), shop.trainer->step()));
  RunReporter reporter(TitleOf(config), folder, config.report, options.style,
                       {.task = shop.task.get(),
                        .held_out = held_out.get(),
                        .metrics = metrics.get(),
                        .out = &out});
  reporter.Note(absl::StrCat(
      from.empty() ? "begins" : absl::StrCat("goes on from ", from), ": ",
      CountWeights(shop.task->trained()), " weights, step ",
      shop.trainer->step(), " of ", config.trainer.steps));
  const absl::Status ran = shop.trainer->Run(reporter, cancel);
  reporter.Finish();
  if (!ran.ok() && cancel.cancelled()) {
    out << ran.message() << " at step " << shop.trainer->step() << " of "
        << config.trainer.steps << ", saved; the same command goes on"
        << std::endl;
    return absl::OkStatus();
  }
  ANIMATE_RETURN_IF_ERROR(ran);
  ANIMATE_RETURN_IF_ERROR(
      shop.task->WriteModel(folder.model(), shop.trainer->average()));
  out << "done: " << folder.model() << std::endl;
  return absl::OkStatus();
}

absl::Status RunOther(const RunConfig& config, const RunOptions& options,
                      const CancellationToken& cancel) {
  ANIMATE_ASSIGN_OR_RETURN(Workshop shop, OpenWorkshop(config, options));
  ANIMATE_RETURN_IF_ERROR(ResumeOrBegin(*shop.trainer).status());
  SilentObserver observer;
  const absl::Status ran = shop.trainer->Run(observer, cancel);
  return absl::IsCancelled(ran) ? absl::OkStatus() : ran;
}

}  // namespace

absl::Status RunTraining(const RunConfig& config, const RunOptions& options,
                         const CancellationToken& cancel, std::ostream& out) {
  if (options.replicas != nullptr && options.replicas->rank() != 0) {
    return RunOther(config, options, cancel);
  }
  return RunFirst(config, options, cancel, out);
}

}  // namespace animate
