#include "tools/train/trainer_settings.h"

namespace animate {
namespace {

// Above 0, in a range that includes its ends.
constexpr double kTiny = 1e-12;

void VisitLearningRate(SettingVisitor& visitor, LearningRateOptions& options) {
  visitor.Enter("learning_rate", "how fast weights change");
  visitor.Number("peak", options.peak, {.min = kTiny, .max = 1},
                 "the highest, and the constant one");
  visitor.Whole("warmup_steps", options.warmup_steps, {},
                "rises from 0 to the peak over so many steps");
  visitor.Choice("curve", options.curve,
                 {{"constant", LearningRateCurve::kConstant},
                  {"cosine", LearningRateCurve::kCosine}},
                 "what follows the warm-up");
  visitor.Number("floor", options.floor, {.min = 0, .max = 1},
                 "where the cosine ends, at the last step");
  visitor.Require(options.floor <= options.peak, "floor",
                  "must not be above peak");
  visitor.Leave();
}

void VisitAdamW(SettingVisitor& visitor, AdamWOptions& options) {
  visitor.Enter("adamw", "AdamW");
  visitor.Number("beta1", options.beta1, {.max = 1}, "decay of the mean");
  visitor.Require(options.beta1 < 1, "beta1", "must be below 1");
  visitor.Number("beta2", options.beta2, {.max = 1}, "decay of the square");
  visitor.Require(options.beta2 < 1, "beta2", "must be below 1");
  visitor.Number("eps", options.eps, {.min = 1e-30, .max = 1},
                 "added to the root of the square");
  visitor.Number("weight_decay", options.weight_decay, {.max = 1},
                 "decoupled, times the learning rate");
  visitor.Leave();
}

void VisitCheckpoints(SettingVisitor& visitor, TrainerOptions& options) {
  visitor.Whole("checkpoint_steps", options.checkpoint_steps, {},
                "a checkpoint after so many steps; 0: never");
  visitor.Number(
      "checkpoint_seconds", options.checkpoint_seconds, {},
      "a checkpoint after so much time, if that is sooner; 0: never");
  visitor.Whole("keep_checkpoints", options.keep_checkpoints,
                {.min = 2, .max = 1000}, "how many, the newest");
  visitor.Whole("sheet_steps", options.sheet_steps, {},
                "a contact sheet after so many steps; 0: never");
  visitor.Whole("model_steps", options.model_steps, {},
                "a model folder after so many steps, beside that at the end; "
                "0: never");
}

}  // namespace

void VisitTrainer(SettingVisitor& visitor, TrainerOptions& options) {
  visitor.Whole("steps", options.steps, {.min = 1},
                "length of the whole run, in updates");
  visitor.Whole("batch_size", options.batch_size, {.min = 1, .max = 4096},
                "clips at a time in each process");
  visitor.Whole("accumulation_steps", options.accumulation_steps,
                {.min = 1, .max = 4096}, "such batches to an update");
  VisitLearningRate(visitor, options.learning_rate);
  visitor.Choice(
      "optimizer", options.optimizer.kind,
      {{"adamw", OptimizerKind::kAdamW}, {"muon", OptimizerKind::kMuon}},
      "what changes the weights; muon: the matrices inside the "
      "networks with Muon, the rest with AdamW");
  VisitAdamW(visitor, options.optimizer.adamw);
  visitor.Number("muon_momentum", options.optimizer.muon_momentum, {.max = 1},
                 "decay of Muon's mean");
  visitor.Require(options.optimizer.muon_momentum < 1, "muon_momentum",
                  "must be below 1");
  visitor.Number("max_gradient_norm", options.max_gradient_norm, {},
                 "longer gradients are shortened to it; 0: none is");
  visitor.Number("ema_decay", options.ema_decay, {.max = 1},
                 "moving average of the weights, the highest decay; 0: none");
  visitor.Require(options.ema_decay < 1, "ema_decay", "must be below 1");
  visitor.Choice("precision", options.precision,
                 {{"float32", TrainingPrecision::kFloat32},
                  {"bfloat16", TrainingPrecision::kBfloat16},
                  {"float16", TrainingPrecision::kFloat16}},
                 "in what the networks compute; weights stay float32");
  visitor.Enter("loss_scaler", "keeps float16 gradients from vanishing");
  visitor.Number("initial_scale", options.loss_scaler.initial_scale,
                 {.min = 1, .max = 16777216}, "factor of the loss at first");
  visitor.Whole("growth_interval", options.loss_scaler.growth_interval,
                {.min = 1}, "good steps until it doubles");
  visitor.Leave();
  VisitCheckpoints(visitor, options);
  visitor.Whole("prefetch_threads", options.prefetch_threads,
                {.min = 0, .max = 64},
                "threads that make or decode clips; 0: made when needed");
  visitor.Whole("prefetch_clips", options.prefetch_clips,
                {.min = 1, .max = 4096}, "how many may be ready");
}

}  // namespace animate
