#include "engine/tensor/random.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "engine/weights/safetensors.h"
#include "tests/support/golden_folder.h"

namespace animate {
namespace {

// Compares every entry of the table `file` whose type is `suffix`; job-sized
// entries hold only the first values. Returns how many were compared.
int CompareWithTable(const std::string& file, absl::string_view suffix,
                     NoiseRecipe recipe) {
  const absl::StatusOr<StateDict> golden =
      LoadSafetensors(*GoldenFolder("tables") + "/" + file);
  EXPECT_TRUE(golden.ok()) << golden.status();
  if (!golden.ok()) return 0;
  int compared = 0;
  for (const auto& [key, want] : *golden) {
    const std::vector<std::string> parts = absl::StrSplit(key, '.');
    if (parts[2] != suffix) continue;
    uint64_t seed = 0;
    EXPECT_TRUE(absl::SimpleAtoi(parts[0].substr(4), &seed)) << key;
    std::vector<int64_t> shape = want.sizes().vec();
    // "512x784x24" is width, height and frames of a job.
    if (want.dim() == 1) {
      const std::vector<std::string> sides = absl::StrSplit(parts[1], 'x');
      shape = {1, 4, std::stoi(sides[2]), std::stoi(sides[1]) / 8,
               std::stoi(sides[0]) / 8};
    }
    const at::Tensor got =
        SeededNoise(shape, seed, recipe).flatten().narrow(0, 0, want.numel());
    EXPECT_TRUE(at::equal(got, want.flatten())) << key;
    ++compared;
  }
  return compared;
}

TEST(SeededNoiseTest, HalfMatchesThePinnedTorch) {
  if (!GoldenFolder("tables")) GTEST_SKIP() << "no golden tables";
  EXPECT_EQ(
      CompareWithTable("noise.safetensors", "fp16", NoiseRecipe::kHalfTorch20),
      19);
}

TEST(SeededNoiseTest, CurrentHalfMatchesTheCurrentTorch) {
  if (!GoldenFolder("tables")) GTEST_SKIP() << "no golden tables";
  EXPECT_EQ(CompareWithTable("noise_torch2.11.safetensors", "fp16",
                             NoiseRecipe::kHalfCurrent),
            19);
}

TEST(SeededNoiseTest, FloatMatchesEveryTorch) {
  if (!GoldenFolder("tables")) GTEST_SKIP() << "no golden tables";
  EXPECT_EQ(
      CompareWithTable("noise.safetensors", "fp32", NoiseRecipe::kFloat32), 19);
}

TEST(SeededNoiseTest, SameSeedSameNoise) {
  for (const NoiseRecipe recipe :
       {NoiseRecipe::kHalfTorch20, NoiseRecipe::kHalfCurrent,
        NoiseRecipe::kFloat32}) {
    EXPECT_TRUE(at::equal(SeededNoise({1, 4, 3, 5, 7}, 9, recipe),
                          SeededNoise({1, 4, 3, 5, 7}, 9, recipe)));
    EXPECT_FALSE(at::equal(SeededNoise({1, 4, 3, 5, 7}, 9, recipe),
                           SeededNoise({1, 4, 3, 5, 7}, 10, recipe)));
  }
}

TEST(SeededNoiseTest, IsStandardNormal) {
  for (const NoiseRecipe recipe :
       {NoiseRecipe::kHalfTorch20, NoiseRecipe::kFloat32}) {
    const at::Tensor noise = SeededNoise({100000}, 1, recipe).to(at::kDouble);
    EXPECT_NEAR(noise.mean().item<double>(), 0.0, 0.02);
    EXPECT_NEAR(noise.std().item<double>(), 1.0, 0.02);
  }
}

TEST(SeededNoiseTest, RecipesDifferByLittleButDiffer) {
  const at::Tensor pinned =
      SeededNoise({4096}, 5, NoiseRecipe::kHalfTorch20).to(at::kFloat);
  const at::Tensor current =
      SeededNoise({4096}, 5, NoiseRecipe::kHalfCurrent).to(at::kFloat);
  const double difference = (pinned - current).abs().max().item<double>();
  EXPECT_GT(difference, 0.0);
  EXPECT_LE(difference, 0.004);
}

}  // namespace
}  // namespace animate
