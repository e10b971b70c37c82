#include "engine/training/trainer_options.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

constexpr double kNoLimit = std::numeric_limits<double>::max();
constexpr int64_t kMaxSteps = int64_t{1} << 40;
// Up to here a float32, in which the optimiser wants its count, is exact.
constexpr int64_t kMaxUpdates = int64_t{1} << 24;

absl::Status InRange(const char* field, int64_t value, int64_t low,
                     int64_t high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return FieldError(
      field, absl::StrCat("must be in [", low, ", ", high, "]: got ", value));
}

absl::Status InRange(const char* field, double value, double low, double high) {
  if (value >= low && value <= high) return absl::OkStatus();
  if (high == kNoLimit) {
    return FieldError(field, absl::StrCat("must be a number of at least ", low,
                                          ": got ", value));
  }
  return FieldError(
      field, absl::StrCat("must be in [", low, ", ", high, "]: got ", value));
}

absl::Status BelowOne(const char* field, double value) {
  if (value >= 0.0 && value < 1.0) return absl::OkStatus();
  return FieldError(field, absl::StrCat("must be in [0, 1): got ", value));
}

absl::Status Positive(const char* field, double value) {
  if (value > 0.0 && value <= kNoLimit) return absl::OkStatus();
  return FieldError(field, absl::StrCat("must be above 0: got ", value));
}

absl::Status ValidateOptimizer(const TrainerOptions& options) {
  const LearningRateOptions& rate = options.learning_rate;
  ANIMATE_RETURN_IF_ERROR(Positive("learning_rate.peak", rate.peak));
  ANIMATE_RETURN_IF_ERROR(
      InRange("learning_rate.warmup_steps", rate.warmup_steps, 0, kMaxSteps));
  ANIMATE_RETURN_IF_ERROR(
      InRange("learning_rate.floor", rate.floor, 0.0, rate.peak));
  ANIMATE_RETURN_IF_ERROR(
      BelowOne("adamw.beta1", options.optimizer.adamw.beta1));
  ANIMATE_RETURN_IF_ERROR(
      BelowOne("adamw.beta2", options.optimizer.adamw.beta2));
  ANIMATE_RETURN_IF_ERROR(Positive("adamw.eps", options.optimizer.adamw.eps));
  ANIMATE_RETURN_IF_ERROR(InRange("adamw.weight_decay",
                                  options.optimizer.adamw.weight_decay, 0.0,
                                  kNoLimit));
  ANIMATE_RETURN_IF_ERROR(
      BelowOne("muon_momentum", options.optimizer.muon_momentum));
  ANIMATE_RETURN_IF_ERROR(
      InRange("max_gradient_norm", options.max_gradient_norm, 0.0, kNoLimit));
  ANIMATE_RETURN_IF_ERROR(BelowOne("ema_decay", options.ema_decay));
  ANIMATE_RETURN_IF_ERROR(InRange("loss_scaler.initial_scale",
                                  options.loss_scaler.initial_scale, 1.0,
                                  16777216.0));
  return InRange("loss_scaler.growth_interval",
                 options.loss_scaler.growth_interval, 1, kMaxSteps);
}

std::string Exactly(double value) { return absl::StrFormat("%.17g", value); }

}  // namespace

absl::Status ValidateTrainerOptions(const TrainerOptions& options) {
  ANIMATE_RETURN_IF_ERROR(InRange("steps", options.steps, 1, kMaxUpdates));
  ANIMATE_RETURN_IF_ERROR(
      InRange("batch_size", int64_t{options.batch_size}, 1, 4096));
  ANIMATE_RETURN_IF_ERROR(InRange(
      "accumulation_steps", int64_t{options.accumulation_steps}, 1, 4096));
  ANIMATE_RETURN_IF_ERROR(ValidateOptimizer(options));
  ANIMATE_RETURN_IF_ERROR(
      InRange("checkpoint_steps", options.checkpoint_steps, 0, kMaxSteps));
  ANIMATE_RETURN_IF_ERROR(
      InRange("checkpoint_seconds", options.checkpoint_seconds, 0.0, kNoLimit));
  ANIMATE_RETURN_IF_ERROR(
      InRange("keep_checkpoints", int64_t{options.keep_checkpoints}, 2, 1000));
  ANIMATE_RETURN_IF_ERROR(
      InRange("sheet_steps", options.sheet_steps, 0, kMaxSteps));
  ANIMATE_RETURN_IF_ERROR(
      InRange("model_steps", options.model_steps, 0, kMaxSteps));
  ANIMATE_RETURN_IF_ERROR(
      InRange("prefetch_threads", int64_t{options.prefetch_threads}, 0, 64));
  return InRange("prefetch_clips", int64_t{options.prefetch_clips}, 1, 4096);
}

std::map<std::string, std::string> RunSettings(const TrainerOptions& options,
                                               int world_size) {
  const LearningRateOptions& rate = options.learning_rate;
  const AdamWOptions& adamw = options.optimizer.adamw;
  std::map<std::string, std::string> settings = {
      {"batch_size", absl::StrCat(options.batch_size)},
      {"accumulation_steps", absl::StrCat(options.accumulation_steps)},
      {"processes", absl::StrCat(world_size)},
      {"learning_rate.peak", Exactly(rate.peak)},
      {"learning_rate.warmup_steps", absl::StrCat(rate.warmup_steps)},
      {"learning_rate.curve",
       rate.curve == LearningRateCurve::kCosine ? "cosine" : "constant"},
      {"learning_rate.floor", Exactly(rate.floor)},
      {"adamw.beta1", Exactly(adamw.beta1)},
      {"adamw.beta2", Exactly(adamw.beta2)},
      {"adamw.eps", Exactly(adamw.eps)},
      {"adamw.weight_decay", Exactly(adamw.weight_decay)},
      {"max_gradient_norm", Exactly(options.max_gradient_norm)},
      {"ema_decay", Exactly(options.ema_decay)},
      {"precision", PrecisionName(options.precision)},
      {"fingerprint", options.fingerprint},
  };
  if (options.optimizer.kind == OptimizerKind::kMuon) {
    settings["optimizer"] = OptimizerName(options.optimizer.kind);
    settings["muon_momentum"] = Exactly(options.optimizer.muon_momentum);
  }
  if (options.precision == TrainingPrecision::kFloat16) {
    settings["loss_scaler.growth_interval"] =
        absl::StrCat(options.loss_scaler.growth_interval);
  }
  return settings;
}

std::string PrecisionName(TrainingPrecision precision) {
  switch (precision) {
    case TrainingPrecision::kFloat32:
      return "float32";
    case TrainingPrecision::kBfloat16:
      return "bfloat16";
    case TrainingPrecision::kFloat16:
      return "float16";
  }
  return "";
}

}  // namespace animate
