#include "engine/training/trainer.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/dataset/clip_prefetcher.h"
#include "engine/tensor/torch_status.h"
#include "engine/training/adopt_run.h"
#include "engine/training/autocast.h"
#include "engine/training/flat_gradients.h"
#include "engine/training/learning_rate.h"
#include "engine/training/loss_scaler.h"
#include "engine/training/moving_average.h"
#include "engine/training/optimizer.h"
#include "engine/weights/weights_error.h"

namespace animate {
namespace {

// What travels behind the gradients and is averaged with them.
enum Note { kLossNote, kImagesNote, kStopNote, kNotes };

constexpr double kSpeedSmoothing = 0.05;

// Means of named numbers that need not all be there every time.
class DetailMeans {
 public:
  void Add(const std::map<std::string, double>& details) {
    for (const auto& [name, value] : details) {
      sums_[name].first += value;
      sums_[name].second += 1.0;
    }
  }
  std::map<std::string, double> Means() const {
    std::map<std::string, double> means;
    for (const auto& [name, sum] : sums_) means[name] = sum.first / sum.second;
    return means;
  }

 private:
  std::map<std::string, std::pair<double, double>> sums_;
};

absl::Status CheckTrainable(const StateDict& trained) {
  if (trained.empty()) {
    return absl::InvalidArgumentError("the task has nothing to train");
  }
  for (const auto& [key, leaf] : trained) {
    if (leaf.scalar_type() != at::kFloat || !leaf.is_leaf() ||
        !leaf.requires_grad() || !leaf.is_non_overlapping_and_dense() ||
        leaf.device() != trained.begin()->second.device()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", key, "\": trained are dense float32 leaves that require ",
          "gradients, all on one device"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

struct Trainer::Machinery {
  Machinery(const TrainerOptions& options, const StateDict& leaves)
      : trained(leaves),
        device(leaves.begin()->second.device()),
        gradients(trained, kNotes),
        optimizer(trained, options.optimizer),
        average(trained, options.ema_decay),
        scaler(options.loss_scaler) {}

  RunState State() const {
    return {.weights = trained,
            .average = average.weights(),
            .exp_avg = optimizer.exp_avg(),
            .exp_avg_sq = optimizer.exp_avg_sq()};
  }

  const StateDict trained;
  const at::Device device;
  FlatGradients gradients;
  Optimizer optimizer;
  MovingAverage average;
  LossScaler scaler;
  SingleReplica alone;
};

struct Trainer::BatchOutcome {
  double loss = 0.0;  // of all processes
  int64_t images = 0;
  bool stop = false;  // somebody wants to
  std::map<std::string, double> details;
  std::vector<std::string> sources;  // of this process
};

absl::StatusOr<std::unique_ptr<Trainer>> Trainer::Create(
    const TrainerOptions& options, const Parts& parts) {
  ANIMATE_RETURN_IF_ERROR(ValidateTrainerOptions(options));
  const StateDict& trained = parts.task->trained();
  ANIMATE_RETURN_IF_ERROR(CheckTrainable(trained));
  return CallTorch("prepare training", [&] {
    return std::unique_ptr<Trainer>(new Trainer(
        options, parts, std::make_unique<Machinery>(options, trained)));
  });
}

Trainer::Trainer(const TrainerOptions& options, const Parts& parts,
                 std::unique_ptr<Machinery> machinery)
    : options_(options), parts_(parts), machinery_(std::move(machinery)) {
  replicas_ = parts_.replicas ? parts_.replicas : &machinery_->alone;
}

Trainer::~Trainer() = default;

const StateDict& Trainer::average() const {
  return machinery_->average.weights();
}

absl::StatusOr<std::string> Trainer::Resume() {
  if (replicas_->rank() != 0) return std::string();
  ANIMATE_ASSIGN_OR_RETURN(const FoundRun found,
                           LoadNewestRunCheckpoint(parts_.checkpoint_folder));
  ANIMATE_RETURN_IF_ERROR(Adopt(found.state, found.path));
  last_checkpoint_ = found.path;
  saved_step_ = position_.step;
  return found.path;
}

absl::Status Trainer::Adopt(const RunState& state, const std::string& path) {
  if (!options_.accept_changed_settings) {
    const absl::Status same = CheckSameSettings(
        state.settings, RunSettings(options_, replicas_->world_size()));
    if (!same.ok()) return InFile(path, same);
  }
  const absl::Status copied = CallTorch("resume training", [&] {
    return CopyRunTensors(state, machinery_->State());
  });
  if (!copied.ok()) return InFile(path, copied);
  SetPosition(state.position);
  return absl::OkStatus();
}

void Trainer::SetPosition(const RunPosition& position) {
  position_ = position;
  position_.total_steps = options_.steps;
  machinery_->optimizer.set_updates(position.updates);
  machinery_->average.set_updates(position.updates);
  machinery_->scaler.Restore(position.loss_scale,
                             position.loss_scale_good_steps);
}

absl::Status Trainer::ShareState() {
  if (replicas_->world_size() == 1) return absl::OkStatus();
  const RunState own = machinery_->State();
  for (const StateDict* tensors :
       {&own.weights, &own.average, &own.exp_avg, &own.exp_avg_sq}) {
    for (const auto& [key, tensor] : *tensors) {
      ANIMATE_RETURN_IF_ERROR(replicas_->Broadcast(tensor.detach()));
    }
  }
  const at::Tensor numbers =
      at::tensor({static_cast<double>(position_.step),
                  static_cast<double>(position_.updates),
                  static_cast<double>(position_.next_sample),
                  machinery_->scaler.scale(),
                  static_cast<double>(machinery_->scaler.good_steps())},
                 at::kDouble)
          .to(machinery_->device);
  ANIMATE_RETURN_IF_ERROR(replicas_->Broadcast(numbers));
  const at::Tensor shared = numbers.cpu();
  const double* values = shared.const_data_ptr<double>();
  SetPosition({.step = static_cast<int64_t>(values[0]),
               .updates = static_cast<int64_t>(values[1]),
               .next_sample = static_cast<int64_t>(values[2]),
               .loss_scale = values[3],
               .loss_scale_good_steps = static_cast<int64_t>(values[4])});
  return absl::OkStatus();
}

absl::Status Trainer::CheckFolder() const {
  // Those of another run would count as the newest, and be kept instead.
  if (replicas_->rank() != 0 || !last_checkpoint_.empty() ||
      parts_.checkpoint_folder.empty() ||
      !HasRunCheckpoint(parts_.checkpoint_folder)) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(parts_.checkpoint_folder,
                                ": has checkpoints of a run: resume it or "
                                "take another folder"),
                   {.reason = "RUN_EXISTS"});
}

absl::Status Trainer::Run(TrainingObserver& observer,
                          const CancellationToken& cancel) {
  return CallTorch("training", [&]() -> absl::Status {
    ANIMATE_RETURN_IF_ERROR(ShareState());
    ANIMATE_RETURN_IF_ERROR(CheckFolder());
    ClipPrefetcher clips(
        *parts_.dataset,
        {.first_index = position_.next_sample + replicas_->rank(),
         .stride = replicas_->world_size(),
         .threads = options_.prefetch_threads,
         .ahead = options_.prefetch_clips});
    last_attempt_step_ = position_.step;
    last_attempt_time_ = parts_.clock->Monotonic();
    absl::Status reason;
    while (position_.step < options_.steps && reason.ok()) {
      ANIMATE_ASSIGN_OR_RETURN(const bool stop, Step(clips, observer, cancel));
      if (stop && position_.step < options_.steps) {
        reason = cancel.Check();
        if (reason.ok()) {
          reason = absl::CancelledError("another process was asked to stop");
        }
      }
    }
    if (saved_step_ != position_.step) {
      ANIMATE_RETURN_IF_ERROR(Save(observer));
    }
    return reason;
  });
}

absl::StatusOr<bool> Trainer::Step(ClipPrefetcher& clips,
                                   TrainingObserver& observer,
                                   const CancellationToken& cancel) {
  const absl::Duration begin = parts_.clock->Monotonic();
  ANIMATE_ASSIGN_OR_RETURN(const BatchOutcome batch,
                           AccumulateGradients(clips, cancel));
  TrainingProgress progress;
  progress.total_steps = options_.steps;
  progress.loss = batch.loss;
  progress.details = batch.details;
  progress.images = batch.images;
  ANIMATE_RETURN_IF_ERROR(Update(batch, progress));
  progress.seconds = absl::ToDoubleSeconds(parts_.clock->Monotonic() - begin);
  if (replicas_->rank() == 0) Report(progress, observer);
  return batch.stop;
}

absl::StatusOr<Trainer::BatchOutcome> Trainer::AccumulateGradients(
    ClipPrefetcher& clips, const CancellationToken& cancel) {
  Machinery& machinery = *machinery_;
  machinery.gradients.Zero();
  BatchOutcome batch;
  DetailMeans details;
  const double share = 1.0 / options_.accumulation_steps;
  for (int part = 0; part < options_.accumulation_steps; ++part) {
    std::vector<TrainingClip> samples;
    for (int i = 0; i < options_.batch_size; ++i) {
      ANIMATE_ASSIGN_OR_RETURN(TrainingClip clip, clips.Next());
      batch.sources.push_back(clip.source);
      batch.images += static_cast<int64_t>(clip.frames.size());
      samples.push_back(std::move(clip));
    }
    absl::StatusOr<TaskLoss> loss;
    {
      const AutocastScope autocast(machinery.device.type(), options_.precision);
      loss = parts_.task->Loss(samples);
    }
    ANIMATE_RETURN_IF_ERROR(loss.status());
    (loss->loss * (share * LossScale())).backward();
    batch.loss += share * loss->loss.item<double>();
    details.Add(loss->details);
  }
  batch.details = details.Means();
  ANIMATE_RETURN_IF_ERROR(AverageOverReplicas(cancel, batch));
  return batch;
}

absl::Status Trainer::AverageOverReplicas(const CancellationToken& cancel,
                                          BatchOutcome& batch) {
  batch.stop = !cancel.Check().ok();
  if (replicas_->world_size() == 1) return absl::OkStatus();
  const at::Tensor& notes = machinery_->gradients.notes();
  notes.copy_(at::tensor(
      {batch.loss, static_cast<double>(batch.images), batch.stop ? 1.0 : 0.0},
      at::kFloat));
  ANIMATE_RETURN_IF_ERROR(replicas_->Average(machinery_->gradients.buffer()));
  const at::Tensor means = notes.cpu();
  const float* values = means.const_data_ptr<float>();
  batch.loss = values[kLossNote];
  batch.images = std::llround(static_cast<double>(values[kImagesNote]) *
                              replicas_->world_size());
  batch.stop = values[kStopNote] > 0.0f;
  return absl::OkStatus();
}

absl::Status Trainer::Update(const BatchOutcome& batch,
                             TrainingProgress& progress) {
  Machinery& machinery = *machinery_;
  if (!std::isfinite(batch.loss)) {
    return NotFinite("the loss", batch.loss, batch);
  }
  const double scale = LossScale();
  const double norm = machinery.gradients.Norm() / scale;
  const bool finite = std::isfinite(norm);
  const bool scaling = options_.precision == TrainingPrecision::kFloat16;
  if (scaling ? !machinery.scaler.Update(finite) : !finite) {
    return NotFinite("the norm of the gradients", norm, batch);
  }
  progress.learning_rate =
      LearningRateAt(options_.learning_rate, position_.step, options_.steps);
  progress.gradient_norm = norm;
  progress.loss_scale = scale;
  progress.skipped = !finite;
  if (finite) {
    const double factor =
        ClippingFactor(norm, options_.max_gradient_norm) / scale;
    if (factor != 1.0) machinery.gradients.Scale(factor);
    machinery.optimizer.Step(progress.learning_rate);
    machinery.average.Update();
  }
  position_.updates = machinery.optimizer.updates();
  position_.loss_scale = machinery.scaler.scale();
  position_.loss_scale_good_steps = machinery.scaler.good_steps();
  position_.next_sample += int64_t{options_.batch_size} *
                           options_.accumulation_steps *
                           replicas_->world_size();
  progress.step = ++position_.step;
  return absl::OkStatus();
}

double Trainer::LossScale() const {
  return options_.precision == TrainingPrecision::kFloat16
             ? machinery_->scaler.scale()
             : 1.0;
}

absl::Status Trainer::NotFinite(absl::string_view what, double value,
                                const BatchOutcome& batch) const {
  return MakeError(
      absl::StatusCode::kAborted,
      absl::StrCat("step ", position_.step + 1, ": ", what, " is ", value,
                   "; batch: ", absl::StrJoin(batch.sources, ", "),
                   "; last good checkpoint: ",
                   last_checkpoint_.empty() ? "none" : last_checkpoint_),
      {.reason = "LOSS_NOT_FINITE"});
}

void Trainer::Report(TrainingProgress progress, TrainingObserver& observer) {
  const double per_image =
      progress.seconds /
      static_cast<double>(std::max<int64_t>(progress.images, 1));
  seconds_per_image_ += (seconds_per_image_ == 0.0 ? 1.0 : kSpeedSmoothing) *
                        (per_image - seconds_per_image_);
  progress.images_per_second =
      seconds_per_image_ > 0.0 ? 1.0 / seconds_per_image_ : 0.0;
  progress.skipped_sources = parts_.dataset->skipped();
  observer.OnStep(progress);
  const int64_t step = position_.step;
  if (CheckpointDue()) {
    const absl::Status saved = Save(observer);
    if (!saved.ok()) observer.OnCheckpointFailed(step, saved);
  }
  if (options_.sheet_steps > 0 && step % options_.sheet_steps == 0) {
    observer.OnSheetDue(step, average());
  }
  if (options_.model_steps > 0 && step % options_.model_steps == 0) {
    observer.OnModelDue(step, average());
  }
}

bool Trainer::CheckpointDue() const {
  if (position_.step == options_.steps) return false;  // Run saves it
  const double seconds =
      absl::ToDoubleSeconds(parts_.clock->Monotonic() - last_attempt_time_);
  return (options_.checkpoint_steps > 0 &&
          position_.step - last_attempt_step_ >= options_.checkpoint_steps) ||
         (options_.checkpoint_seconds > 0.0 &&
          seconds >= options_.checkpoint_seconds);
}

absl::Status Trainer::Save(TrainingObserver& observer) {
  if (replicas_->rank() != 0 || parts_.checkpoint_folder.empty()) {
    return absl::OkStatus();
  }
  RunState state = machinery_->State();
  state.position = position_;
  state.settings = RunSettings(options_, replicas_->world_size());
  const absl::StatusOr<std::string> path = SaveRunCheckpoint(
      parts_.checkpoint_folder, state, options_.keep_checkpoints);
  last_attempt_step_ = position_.step;
  last_attempt_time_ = parts_.clock->Monotonic();
  ANIMATE_RETURN_IF_ERROR(path.status());
  last_checkpoint_ = *path;
  saved_step_ = position_.step;
  observer.OnCheckpoint(position_.step, *path);
  return absl::OkStatus();
}

}  // namespace animate
