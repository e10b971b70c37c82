#include "engine/schedule/noise_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/weights/safetensors.h"
#include "tests/support/golden_folder.h"

namespace animate {
namespace {

// The reference takes the square roots of the zero-SNR rescale from a vector
// library in which a fifth of the fp32 results are an ulp off, differently on
// different processors; each flips a few roundings of the product after it.
constexpr double kAlphaTolerance = 4e-7;

NoiseScheduleConfig Config(BetaCurve curve) {
  NoiseScheduleConfig config;
  config.beta_curve = curve;
  return config;
}

TEST(NoiseScheduleTest, AlphasMatchTheReferenceTables) {
  const std::optional<std::string> tables = GoldenFolder("tables");
  if (!tables) GTEST_SKIP() << "no golden tables";
  const absl::StatusOr<StateDict> golden =
      LoadSafetensors(*tables + "/scheduler.safetensors");
  ASSERT_TRUE(golden.ok()) << golden.status();
  for (const auto& [name, curve] :
       {std::pair{"linear", BetaCurve::kLinear},
        std::pair{"scaled_linear", BetaCurve::kScaledLinear}}) {
    const NoiseSchedule schedule = MakeNoiseSchedule(Config(curve));
    const at::Tensor want =
        golden->at(std::string(name) + ".alphas_cumprod").contiguous();
    ASSERT_EQ(static_cast<int64_t>(schedule.alphas_cumprod.size()),
              want.numel());
    const float* values = want.const_data_ptr<float>();
    for (size_t t = 0; t < schedule.alphas_cumprod.size(); ++t) {
      EXPECT_NEAR(schedule.alphas_cumprod[t], values[t], kAlphaTolerance)
          << name << " at timestep " << t;
    }
  }
}

TEST(NoiseScheduleTest, AlphasMatchTheValuesComputedInDouble) {
  const std::vector<float> alphas =
      MakeNoiseSchedule(Config(BetaCurve::kLinear)).alphas_cumprod;
  EXPECT_NEAR(alphas[1], 0.998253958, 1e-6);
  EXPECT_NEAR(alphas[99], 0.863862467, 1e-6);
  EXPECT_NEAR(alphas[499], 0.142529383, 1e-6);
  EXPECT_NEAR(alphas[699], 0.0240623042, 1e-6);
  EXPECT_NEAR(alphas[959], 1.22533282e-4, 1e-8);
}

TEST(NoiseScheduleTest, ZeroSnrEndsInExactlyNoSignal) {
  for (const BetaCurve curve : {BetaCurve::kLinear, BetaCurve::kScaledLinear}) {
    const NoiseSchedule schedule = MakeNoiseSchedule(Config(curve));
    EXPECT_EQ(schedule.alphas_cumprod.back(), 0.0f);
    EXPECT_EQ(schedule.betas.back(), 1.0f);
  }
}

TEST(NoiseScheduleTest, ZeroSnrKeepsTheFirstTimestep) {
  NoiseScheduleConfig config;
  config.rescale_betas_zero_snr = false;
  const float plain = MakeNoiseSchedule(config).alphas_cumprod.front();
  config.rescale_betas_zero_snr = true;
  EXPECT_NEAR(MakeNoiseSchedule(config).alphas_cumprod.front(), plain, 1e-6);
}

TEST(NoiseScheduleTest, WithoutRescaleSomeSignalRemains) {
  NoiseScheduleConfig config;
  config.rescale_betas_zero_snr = false;
  const NoiseSchedule schedule = MakeNoiseSchedule(config);
  EXPECT_FLOAT_EQ(schedule.betas.front(), 0.00085f);
  EXPECT_FLOAT_EQ(schedule.betas.back(), 0.012f);
  EXPECT_NEAR(schedule.alphas_cumprod.back(), 0.00157896293, 1e-8);
}

TEST(NoiseScheduleTest, ScaledLinearSquaresTheStandardDeviations) {
  NoiseScheduleConfig config = Config(BetaCurve::kScaledLinear);
  config.rescale_betas_zero_snr = false;
  const NoiseSchedule schedule = MakeNoiseSchedule(config);
  const double middle =
      std::sqrt(0.00085) + (std::sqrt(0.012) - std::sqrt(0.00085)) * 500 / 999;
  EXPECT_NEAR(schedule.betas[500], middle * middle, 1e-9);
}

TEST(NoiseScheduleTest, AlphasDescend) {
  const std::vector<float> alphas =
      MakeNoiseSchedule(Config(BetaCurve::kLinear)).alphas_cumprod;
  for (size_t t = 1; t < alphas.size(); ++t) {
    EXPECT_LT(alphas[t], alphas[t - 1]) << t;
  }
}

TEST(NoiseScheduleTest, HasOneEntryPerTrainingTimestep) {
  NoiseScheduleConfig config;
  config.num_train_timesteps = 17;
  const NoiseSchedule schedule = MakeNoiseSchedule(config);
  EXPECT_EQ(schedule.betas.size(), 17u);
  EXPECT_EQ(schedule.alphas_cumprod.size(), 17u);
}

}  // namespace
}  // namespace animate
