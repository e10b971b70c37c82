#include "engine/training/trainer_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.h"

namespace animate {
namespace {

TEST(TrainerOptions, DefaultsAreValid) {
  EXPECT_TRUE(ValidateTrainerOptions({}).ok());
}

TEST(TrainerOptions, NameTheFieldThatIsOutOfRange) {
  const std::vector<
      std::pair<std::string, std::function<void(TrainerOptions&)>>>
      faults = {
          {"steps", [](auto& o) { o.steps = 0; }},
          {"batch_size", [](auto& o) { o.batch_size = 0; }},
          {"accumulation_steps", [](auto& o) { o.accumulation_steps = 5000; }},
          {"learning_rate.peak", [](auto& o) { o.learning_rate.peak = 0.0; }},
          {"learning_rate.peak",
           [](auto& o) { o.learning_rate.peak = std::nan(""); }},
          {"learning_rate.warmup_steps",
           [](auto& o) { o.learning_rate.warmup_steps = -1; }},
          {"learning_rate.floor", [](auto& o) { o.learning_rate.floor = 1.0; }},
          {"adamw.beta1", [](auto& o) { o.optimizer.adamw.beta1 = 1.0; }},
          {"adamw.beta2", [](auto& o) { o.optimizer.adamw.beta2 = -0.1; }},
          {"adamw.eps", [](auto& o) { o.optimizer.adamw.eps = 0.0; }},
          {"muon_momentum", [](auto& o) { o.optimizer.muon_momentum = 1.0; }},
          {"adamw.weight_decay",
           [](auto& o) { o.optimizer.adamw.weight_decay = -1.0; }},
          {"max_gradient_norm", [](auto& o) { o.max_gradient_norm = -1.0; }},
          {"ema_decay", [](auto& o) { o.ema_decay = 1.0; }},
          {"loss_scaler.initial_scale",
           [](auto& o) { o.loss_scaler.initial_scale = 0.5; }},
          {"loss_scaler.growth_interval",
           [](auto& o) { o.loss_scaler.growth_interval = 0; }},
          {"checkpoint_steps", [](auto& o) { o.checkpoint_steps = -1; }},
          {"checkpoint_seconds", [](auto& o) { o.checkpoint_seconds = -1.0; }},
          {"keep_checkpoints", [](auto& o) { o.keep_checkpoints = 1; }},
          {"sheet_steps", [](auto& o) { o.sheet_steps = -1; }},
          {"model_steps", [](auto& o) { o.model_steps = -1; }},
          {"prefetch_threads", [](auto& o) { o.prefetch_threads = 65; }},
          {"prefetch_clips", [](auto& o) { o.prefetch_clips = 0; }},
      };
  for (const auto& [field, spoil] : faults) {
    TrainerOptions options;
    spoil(options);
    const absl::Status status = ValidateTrainerOptions(options);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << field;
    const auto details = GetErrorDetails(status);
    ASSERT_TRUE(details.has_value()) << field;
    EXPECT_EQ(details->field_violations.at(0).field, field);
  }
}

TEST(RunSettings, DifferWhereTheCourseOfARunWould) {
  const TrainerOptions options;
  TrainerOptions longer = options;
  longer.steps *= 2;
  longer.checkpoint_steps = 7;
  EXPECT_EQ(RunSettings(options, 1), RunSettings(longer, 1));
  TrainerOptions faster = options;
  faster.learning_rate.peak *= 1.0 + 1e-12;
  EXPECT_NE(RunSettings(options, 1), RunSettings(faster, 1));
  EXPECT_NE(RunSettings(options, 1), RunSettings(options, 2));
}

TEST(PrecisionName, IsThatOfTheType) {
  EXPECT_EQ(PrecisionName(TrainingPrecision::kFloat32), "float32");
  EXPECT_EQ(PrecisionName(TrainingPrecision::kBfloat16), "bfloat16");
  EXPECT_EQ(PrecisionName(TrainingPrecision::kFloat16), "float16");
}

}  // namespace
}  // namespace animate
