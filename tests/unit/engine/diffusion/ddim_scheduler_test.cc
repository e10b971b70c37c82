#include "engine/diffusion/ddim_scheduler.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/weights/safetensors.h"
#include "tests/support/golden_folder.h"

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

DdimConfig Config(BetaCurve curve) {
  DdimConfig config;
  config.noise_schedule.beta_curve = curve;
  return config;
}

// The largest difference of any step of a recorded chain.
double CompareChain(const StateDict& golden, const std::string& kind,
                    int num_steps, const std::string& type) {
  const DdimScheduler scheduler =
      DdimScheduler::Create(Config(kind == "linear" ? BetaCurve::kLinear
                                                    : BetaCurve::kScaledLinear),
                            num_steps)
          .value();
  const at::Tensor chain =
      golden.at(absl::StrCat(kind, ".", num_steps, ".prev_sample.", type));
  const at::ScalarType dtype = chain.scalar_type();
  at::Tensor sample = golden.at("in.sample").to(dtype);
  double worst = 0.0;
  for (int i = 0; i < num_steps; ++i) {
    sample =
        scheduler.Step(golden.at("in.model_output")[i].to(dtype),
                       scheduler.timesteps()[static_cast<size_t>(i)], sample);
    worst = std::max(worst, (sample.to(at::kDouble) - chain[i].to(at::kDouble))
                                .abs()
                                .max()
                                .item<double>());
  }
  return worst;
}

class DdimSchedulerGoldenTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::optional<std::string> tables = GoldenFolder("tables");
    if (!tables) GTEST_SKIP() << "no golden tables";
    absl::StatusOr<StateDict> golden =
        LoadSafetensors(*tables + "/scheduler.safetensors");
    ASSERT_TRUE(golden.ok()) << golden.status();
    golden_ = *std::move(golden);
  }
  StateDict golden_;
};

TEST_F(DdimSchedulerGoldenTest, ChainsMatchDiffusersInSinglePrecision) {
  for (const char* kind : {"linear", "scaled_linear"}) {
    for (const int steps : {4, 10, 15, 20, 25, 30, 40, 50}) {
      EXPECT_LE(CompareChain(golden_, kind, steps, "fp32"), 1e-5)
          << kind << " " << steps;
    }
  }
}

TEST_F(DdimSchedulerGoldenTest, ChainsMatchDiffusersInDoublePrecision) {
  for (const char* kind : {"linear", "scaled_linear"}) {
    for (const int steps : {20, 25, 30}) {
      EXPECT_LE(CompareChain(golden_, kind, steps, "fp64"), 1e-5)
          << kind << " " << steps;
    }
  }
}

TEST_F(DdimSchedulerGoldenTest, ChainsMatchDiffusersInHalfPrecisionOnTheCpu) {
  for (const char* kind : {"linear", "scaled_linear"}) {
    for (const int steps : {20, 25, 30}) {
      EXPECT_EQ(CompareChain(golden_, kind, steps, "fp16"), 0.0)
          << kind << " " << steps;
    }
  }
}

TEST_F(DdimSchedulerGoldenTest, AlphasAreTheRecordedOnes) {
  const DdimScheduler scheduler = DdimScheduler::Create({}, 20).value();
  const at::Tensor want = golden_.at("linear.alphas_cumprod");
  ASSERT_EQ(static_cast<int64_t>(scheduler.alphas_cumprod().size()),
            want.numel());
  EXPECT_NEAR(scheduler.alphas_cumprod()[499], want[499].item<float>(), 4e-7);
}

TEST(DdimSchedulerTest, RejectsStepCountsOutsideTheTrainingTimesteps) {
  for (const int steps : {-1, 0, 1001}) {
    const absl::Status status = DdimScheduler::Create({}, steps).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("[1, 1000]"));
  }
  EXPECT_TRUE(DdimScheduler::Create({}, 1).ok());
  EXPECT_TRUE(DdimScheduler::Create({}, 1000).ok());
}

TEST(DdimSchedulerTest, RejectsBetasThatAreNoVariances) {
  DdimConfig config;
  config.noise_schedule.beta_start = std::nan("");
  EXPECT_FALSE(DdimScheduler::Create(config, 20).ok());
  config.noise_schedule.beta_start = 0.001;
  config.noise_schedule.beta_end = 1.0;
  EXPECT_FALSE(DdimScheduler::Create(config, 20).ok());
  config.noise_schedule.beta_end = 0.1;
  config.noise_schedule.num_train_timesteps = 1;
  EXPECT_FALSE(DdimScheduler::Create(config, 1).ok());
}

TEST(DdimSchedulerTest, RejectsEpsilonWhereThereIsNoSignal) {
  DdimConfig config;
  config.prediction_type = PredictionType::kEpsilon;
  EXPECT_THAT(std::string(DdimScheduler::Create(config, 20).status().message()),
              HasSubstr("none at 999"));
  config.noise_schedule.rescale_betas_zero_snr = false;
  EXPECT_TRUE(DdimScheduler::Create(config, 20).ok());
}

TEST(DdimSchedulerTest, RejectsAnOffsetBeyondTheTable) {
  DdimConfig config;
  config.timestep_spacing = TimestepSpacing::kLeading;
  config.steps_offset = 600;
  EXPECT_FALSE(DdimScheduler::Create(config, 2).ok());
}

TEST(DdimSchedulerTest, DropsTheReferencesNegativeTimestepByDefault) {
  EXPECT_EQ(DdimScheduler::Create({}, 61)->timesteps().size(), 61u);
  DdimConfig config;
  config.keep_negative_timestep = true;
  const DdimScheduler kept = DdimScheduler::Create(config, 61).value();
  EXPECT_EQ(kept.timesteps().back(), -1);
  // The table's end is no signal: the sample is replaced by -v.
  const at::Tensor v = at::ones({1, 4});
  EXPECT_TRUE(at::allclose(kept.Step(v, -1, at::zeros({1, 4})), -v));
}

TEST(DdimSchedulerTest, TheTrueVelocityLeadsBackToTheOriginal) {
  const DdimScheduler scheduler = DdimScheduler::Create({}, 4).value();
  const at::Tensor original = at::ones({1, 3}) * 0.7;
  const at::Tensor noise = at::ones({1, 3}) * -1.2;
  at::Tensor sample = noise;  // nothing of the original is left at 999
  for (const int timestep : scheduler.timesteps()) {
    const double alpha =
        scheduler.alphas_cumprod()[static_cast<size_t>(timestep)];
    const at::Tensor v =
        noise * std::sqrt(alpha) - original * std::sqrt(1.0 - alpha);
    sample = scheduler.Step(v, timestep, sample);
  }
  EXPECT_TRUE(at::allclose(sample, original, 1e-4, 1e-5));
}

TEST(DdimSchedulerTest, TheTrueNoiseLeadsBackToTheOriginal) {
  DdimConfig config;
  config.prediction_type = PredictionType::kEpsilon;
  config.noise_schedule.rescale_betas_zero_snr = false;
  const DdimScheduler scheduler = DdimScheduler::Create(config, 4).value();
  const at::Tensor original = at::ones({1, 3}) * 0.7;
  const at::Tensor noise = at::ones({1, 3}) * -1.2;
  at::Tensor sample =
      scheduler.AddNoise(original, noise, {scheduler.timesteps()[0]});
  for (const int timestep : scheduler.timesteps()) {
    sample = scheduler.Step(noise, timestep, sample);
  }
  EXPECT_TRUE(at::allclose(sample, original, 1e-3, 1e-4));
}

TEST(DdimSchedulerTest, TheTrueSampleLeadsBackToTheOriginal) {
  DdimConfig config;
  config.prediction_type = PredictionType::kSample;
  const DdimScheduler scheduler = DdimScheduler::Create(config, 4).value();
  const at::Tensor original = at::ones({1, 3}) * 0.7;
  at::Tensor sample = at::ones({1, 3}) * -1.2;
  for (const int timestep : scheduler.timesteps()) {
    sample = scheduler.Step(original, timestep, sample);
  }
  EXPECT_TRUE(at::allclose(sample, original, 1e-4, 1e-5));
}

TEST(DdimSchedulerTest, ClippingLimitsTheEstimateOfTheCleanSample) {
  DdimConfig config;
  config.prediction_type = PredictionType::kSample;
  config.clip_sample = true;
  const DdimScheduler scheduler = DdimScheduler::Create(config, 4).value();
  // The last step arrives at the estimate itself.
  EXPECT_EQ(scheduler.Step(at::ones({1, 1}) * 3.0, 249, at::ones({1, 1}))
                .item<double>(),
            1.0);
}

TEST(DdimSchedulerTest, WithoutAlphaOneTheLastStepKeepsTheNoiseOfTimestepZero) {
  DdimConfig config;
  config.set_alpha_to_one = false;
  const DdimScheduler scheduler = DdimScheduler::Create(config, 4).value();
  const double alpha0 = scheduler.alphas_cumprod()[0];
  const double alpha = scheduler.alphas_cumprod()[249];
  const at::Tensor one = at::ones({1, 1});
  // v = 0: the sample is scaled by cos of the angle between the two levels.
  const double expected = std::sqrt(alpha0) * std::sqrt(alpha) +
                          std::sqrt(1 - alpha0) * std::sqrt(1 - alpha);
  EXPECT_NEAR(scheduler.Step(one * 0.0, 249, one).item<double>(), expected,
              1e-6);
}

TEST(DdimSchedulerTest, AddNoiseMixesEachRowAtItsTimestep) {
  const DdimScheduler scheduler = DdimScheduler::Create({}, 20).value();
  const at::Tensor noisy = scheduler.AddNoise(
      at::zeros({3, 2, 2}), at::ones({3, 2, 2}), {0, 499, 999});
  EXPECT_NEAR(noisy[0][0][0].item<double>(), 0.02915, 1e-4);
  EXPECT_NEAR(noisy[1][1][1].item<double>(), 0.92600, 1e-4);
  EXPECT_NEAR(noisy[2][0][1].item<double>(), 1.0, 1e-6);
}

TEST(DdimSchedulerTest, AddNoiseNeedsATimestepPerRow) {
  const DdimScheduler scheduler = DdimScheduler::Create({}, 20).value();
  const at::Tensor two = at::ones({2, 4});
  EXPECT_THROW(scheduler.AddNoise(two, two, {1}), c10::Error);
  EXPECT_THROW(scheduler.AddNoise(two, two, {1, -1}), c10::Error);
  EXPECT_THROW(scheduler.AddNoise(two, at::ones({2, 3}), {1, 1}), c10::Error);
}

TEST(DdimSchedulerTest, StepNeedsEqualShapes) {
  const DdimScheduler scheduler = DdimScheduler::Create({}, 20).value();
  EXPECT_THROW(scheduler.Step(at::ones({1, 4}), 999, at::ones({1, 5})),
               c10::Error);
}

TEST(DdimSchedulerTest, CoefficientsAreTheStepInOneSum) {
  const at::Tensor sample = at::randn({1, 64}, at::kFloat);
  const at::Tensor output = at::randn({1, 64}, at::kFloat);
  for (const PredictionType type :
       {PredictionType::kEpsilon, PredictionType::kVPrediction,
        PredictionType::kSample}) {
    DdimConfig config;
    config.prediction_type = type;
    config.noise_schedule.rescale_betas_zero_snr =
        type != PredictionType::kEpsilon;
    const DdimScheduler scheduler = DdimScheduler::Create(config, 25).value();
    for (const int timestep : scheduler.timesteps()) {
      const DdimCoefficients sum = scheduler.Coefficients(timestep).value();
      EXPECT_TRUE(at::allclose(sample * sum.sample + output * sum.model_output,
                               scheduler.Step(output, timestep, sample), 1e-5,
                               2e-6))
          << timestep;
    }
  }
}

TEST(DdimSchedulerTest, AClippedStepIsNoSum) {
  DdimConfig config;
  config.clip_sample = true;
  EXPECT_FALSE(DdimScheduler::Create(config, 4)->Coefficients(999).has_value());
}

TEST(DdimSchedulerTest, TimestepsAreTrailingByDefault) {
  EXPECT_THAT(DdimScheduler::Create({}, 4)->timesteps(),
              ElementsAre(999, 749, 499, 249));
}

}  // namespace
}  // namespace animate
