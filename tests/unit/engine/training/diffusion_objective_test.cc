#include "engine/training/diffusion_objective.h"

#include <gtest/gtest.h>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <map>

#include "tests/support/random_weights.h"

namespace animate {
namespace {

DiffusionObjective Objective(const DiffusionOptions& options = {}) {
  absl::StatusOr<DiffusionObjective> objective =
      DiffusionObjective::Create(options);
  EXPECT_TRUE(objective.ok()) << objective.status();
  return *objective;
}

at::Generator Random(uint64_t seed) {
  return at::make_generator<at::CPUGeneratorImpl>(seed);
}

double Difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

TEST(DiffusionObjectiveTest, TheLastTimestepIsPureNoise) {
  const at::Tensor latents = RandomTensor({2, 4, 3, 3}, 1);
  const at::Tensor noise = RandomTensor({2, 4, 3, 3}, 2);
  const DiffusionObjective objective = Objective();
  const at::Tensor noisy = objective.AddNoise(latents, noise, {999, 999});
  EXPECT_EQ(Difference(noisy, noise), 0);
  // v is then the latents, upside down.
  EXPECT_EQ(Difference(objective.Target(latents, noise, {999, 999}), -latents),
            0);
}

TEST(DiffusionObjectiveTest, RightAnswersGiveTheLatentsBackAndNoLoss) {
  const at::Tensor latents = RandomTensor({3, 4, 2, 2}, 1);
  const at::Tensor noise = RandomTensor({3, 4, 2, 2}, 2);
  const std::vector<int64_t> timesteps = {0, 500, 900};
  for (const PredictionType type :
       {PredictionType::kVPrediction, PredictionType::kSample,
        PredictionType::kEpsilon}) {
    DiffusionOptions options;
    options.prediction_type = type;
    options.noise_schedule.rescale_betas_zero_snr =
        type != PredictionType::kEpsilon;
    const DiffusionObjective objective = Objective(options);
    const at::Tensor noisy = objective.AddNoise(latents, noise, timesteps);
    const at::Tensor target = objective.Target(latents, noise, timesteps);
    EXPECT_LT(Difference(objective.PredictedLatents(target, noisy, timesteps),
                         latents),
              1e-4);
    EXPECT_EQ(objective.Loss(target, target, {1, 1, 1}).sum().item<double>(),
              0);
  }
}

TEST(DiffusionObjectiveTest, TheLossIsTheWeightedMeanSquareOfEachRow) {
  const at::Tensor zero = at::zeros({2, 1, 1, 2});
  const at::Tensor loss =
      Objective().Loss(at::ones({2, 1, 1, 2}) * 3, zero, {1, 0.5});
  EXPECT_EQ(loss[0].item<double>(), 9);
  EXPECT_EQ(loss[1].item<double>(), 4.5);
  EXPECT_EQ(Objective().Weight(0), 1);
  EXPECT_EQ(Objective().Weight(999), 1);
}

TEST(DiffusionObjectiveTest, NoiseOfAnEstimateHidesTheTruthAsTheEstimate) {
  const at::Tensor latents = RandomTensor({3, 4, 2, 2}, 1);
  const at::Tensor estimate = RandomTensor({3, 4, 2, 2}, 2);
  const at::Tensor noise = RandomTensor({3, 4, 2, 2}, 3);
  const std::vector<int64_t> timesteps = {0, 500, 999};
  for (const PredictionType type :
       {PredictionType::kVPrediction, PredictionType::kSample}) {
    DiffusionOptions options;
    options.prediction_type = type;
    options.rollout = 0.5;
    const DiffusionObjective objective = Objective(options);
    const at::Tensor own =
        objective.NoiseOfEstimate(latents, estimate, noise, timesteps);
    const at::Tensor noisy = objective.AddNoise(latents, own, timesteps);
    EXPECT_LT(Difference(noisy, objective.AddNoise(estimate, noise, timesteps)),
              1e-5)
        << "what is seen is the estimate";
    const at::Tensor target = objective.Target(latents, own, timesteps);
    EXPECT_LT(Difference(objective.PredictedLatents(target, noisy, timesteps),
                         latents),
              1e-5)
        << "what is asked for is the truth";
    // An answer that keeps the estimate is as wrong as the estimate.
    const at::Tensor kept = objective.Target(estimate, noise, timesteps);
    std::vector<double> weights;
    for (const int64_t timestep : timesteps) {
      weights.push_back(objective.LatentWeight(timestep));
    }
    const at::Tensor errors = (estimate - latents).square().flatten(1).mean(1);
    const at::Tensor loss = objective.Loss(kept, target, weights);
    EXPECT_LT(Difference(loss, errors), 1e-5 * errors.max().item<double>());
  }
}

TEST(DiffusionObjectiveTest, WeightsFollowTheSignalToNoiseRatio) {
  DiffusionOptions options;
  options.snr_gamma = 5;
  const DiffusionObjective objective = Objective(options);
  EXPECT_EQ(objective.Weight(999), 1.0);
  const std::vector<float> alphas =
      MakeNoiseSchedule(options.noise_schedule).alphas_cumprod;
  for (const int64_t timestep : {0, 100, 400, 800}) {
    const double alpha = alphas[static_cast<size_t>(timestep)];
    const double snr = alpha / (1 - alpha);
    EXPECT_NEAR(objective.Weight(timestep), std::min(snr + 1, 5.0) / (snr + 1),
                1e-6)
        << timestep;
  }
  EXPECT_LT(objective.Weight(0), 0.01);
}

TEST(DiffusionObjectiveTest, TimestepsFollowTheMixture) {
  DiffusionOptions options;
  options.timesteps = {.last = 0.3, .high = 0.3, .high_from = 800};
  const DiffusionObjective objective = Objective(options);
  std::map<std::string, int> counts;
  constexpr int kDraws = 4000;
  for (uint64_t seed = 0; seed < kDraws; ++seed) {
    at::Generator random = Random(seed);
    const int64_t timestep = objective.DrawTimestep(random);
    ASSERT_GE(timestep, 0);
    ASSERT_LT(timestep, 1000);
    ++counts[timestep == 999 ? "last" : timestep >= 800 ? "high" : "low"];
  }
  // Of the uniform 40 %, a fifth lies above 800.
  EXPECT_NEAR(counts["last"], .30 * kDraws, .03 * kDraws);
  EXPECT_NEAR(counts["high"], .38 * kDraws, .03 * kDraws);
  EXPECT_NEAR(counts["low"], .32 * kDraws, .03 * kDraws);
}

TEST(DiffusionObjectiveTest, TheOffsetIsSharedByFramesAndCells) {
  DiffusionOptions options;
  options.noise_offset = 100;
  at::Generator random = Random(1);
  const at::Tensor noise = Objective(options).DrawNoise({3, 2, 4, 4}, random);
  for (int64_t channel = 0; channel < 2; ++channel) {
    EXPECT_LT(noise.select(1, channel).std().item<double>(), 2.0);
  }
  EXPECT_GT((noise.select(1, 0).mean() - noise.select(1, 1).mean())
                .abs()
                .item<double>(),
            5.0);
  random = Random(1);
  EXPECT_NEAR(Objective().DrawNoise({50, 4, 8, 8}, random).std().item<double>(),
              1.0, 0.05);
}

TEST(DiffusionObjectiveTest, FramesShareTheirNoiseAsOftenAsAskedFor) {
  DiffusionOptions options;
  options.shared_noise = 0.25;
  options.noise_offset = 0.1;
  const DiffusionObjective objective = Objective(options);
  int shared = 0;
  constexpr int kDraws = 400;
  for (uint64_t seed = 0; seed < kDraws; ++seed) {
    at::Generator random = Random(seed);
    const at::Tensor noise = objective.DrawNoise({3, 2, 4, 4}, random);
    ASSERT_EQ(noise.sizes(), at::IntArrayRef({3, 2, 4, 4}));
    const bool first_and_second = noise[0].equal(noise[1]);
    ASSERT_EQ(first_and_second, noise[1].equal(noise[2]));
    shared += first_and_second;
  }
  EXPECT_NEAR(shared, .25 * kDraws, .08 * kDraws);
  // Who does not ask for it draws as before: trainings go on bit by bit.
  at::Generator random = Random(7);
  at::Generator same = Random(7);
  EXPECT_TRUE(Objective()
                  .DrawNoise({3, 2, 4, 4}, random)
                  .equal(at::randn({3, 2, 4, 4}, same, at::kFloat)));
}

TEST(DiffusionObjectiveTest, RefusesSettingsOutOfRange) {
  DiffusionOptions options;
  options.timesteps = {.last = 0.7, .high = 0.7};
  EXPECT_FALSE(DiffusionObjective::Create(options).ok());
  options = {};
  options.timesteps.high_from = 1000;
  EXPECT_FALSE(DiffusionObjective::Create(options).ok());
  options = {};
  options.snr_gamma = 0.5;
  EXPECT_FALSE(DiffusionObjective::Create(options).ok());
  options = {};
  options.noise_offset = -1;
  EXPECT_FALSE(DiffusionObjective::Create(options).ok());
  options = {};
  options.shared_noise = 1.5;
  EXPECT_FALSE(DiffusionObjective::Create(options).ok());
  options = {};
  options.rollout = 1.5;
  EXPECT_FALSE(DiffusionObjective::Create(options).ok());
  options = {};
  options.noise_schedule.rescale_betas_zero_snr = false;
  options.prediction_type = PredictionType::kEpsilon;
  EXPECT_TRUE(DiffusionObjective::Create(options).ok());
  options.rollout = 0.5;
  EXPECT_FALSE(DiffusionObjective::Create(options).ok());
  // Pure noise says nothing about the latents to who names the noise.
  options = {};
  options.prediction_type = PredictionType::kEpsilon;
  EXPECT_FALSE(DiffusionObjective::Create(options).ok());
}

}  // namespace
}  // namespace animate
