#include "engine/schedule/timesteps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/golden_folder.h"

namespace animate {
namespace {

using ::testing::ElementsAre;

TimestepConfig Steps(int num_inference_steps,
                     TimestepSpacing spacing = TimestepSpacing::kTrailing) {
  TimestepConfig config;
  config.num_inference_steps = num_inference_steps;
  config.spacing = spacing;
  return config;
}

TEST(TimestepsTest, TrailingMatchesTheReferenceTables) {
  const std::optional<std::string> tables = GoldenFolder("tables");
  if (!tables) GTEST_SKIP() << "no golden tables";
  std::ifstream file(*tables + "/scheduler.json");
  const nlohmann::json golden = nlohmann::json::parse(file);
  int compared = 0;
  for (const auto& [name, entry] : golden.items()) {
    const TimestepConfig config =
        Steps(std::stoi(name.substr(name.find('.') + 1)));
    const auto want = entry["timesteps"].get<std::vector<int>>();
    const std::vector<int> got = InferenceTimesteps(config);
    EXPECT_EQ(got, want) << name;
    std::vector<int> previous;
    for (const int timestep : got) {
      previous.push_back(PreviousTimestep(timestep, config));
    }
    EXPECT_EQ(previous, entry["prev_timesteps"].get<std::vector<int>>())
        << name;
    ++compared;
  }
  EXPECT_GE(compared, 4);
}

TEST(TimestepsTest, TrailingStartsAtTheLastTrainingTimestep) {
  EXPECT_THAT(InferenceTimesteps(Steps(4)), ElementsAre(999, 749, 499, 249));
  EXPECT_THAT(InferenceTimesteps(Steps(1)), ElementsAre(999));
}

TEST(TimestepsTest, TrailingRoundsHalvesToEven) {
  // 1000 - 1000/16 = 937.5 and 1000 - 3000/16 = 812.5.
  const std::vector<int> timesteps = InferenceTimesteps(Steps(16));
  EXPECT_EQ(timesteps[1], 938 - 1);
  EXPECT_EQ(timesteps[3], 812 - 1);
}

TEST(TimestepsTest, TrailingKeepsTheReferencesExtraElement) {
  for (const int steps : {61, 103, 121, 122}) {
    const std::vector<int> timesteps = InferenceTimesteps(Steps(steps));
    EXPECT_EQ(timesteps.size(), static_cast<size_t>(steps) + 1) << steps;
    EXPECT_EQ(timesteps.back(), -1) << steps;
  }
  for (const int steps : {60, 62, 100, 120, 123}) {
    EXPECT_EQ(InferenceTimesteps(Steps(steps)).size(),
              static_cast<size_t>(steps))
        << steps;
  }
}

TEST(TimestepsTest, TrailingVisitsEveryTimestepAtMost) {
  const std::vector<int> timesteps = InferenceTimesteps(Steps(1000));
  ASSERT_EQ(timesteps.size(), 1000u);
  EXPECT_EQ(timesteps.front(), 999);
  EXPECT_EQ(timesteps.back(), 0);
}

TEST(TimestepsTest, LeadingAddsTheOffset) {
  EXPECT_THAT(InferenceTimesteps(Steps(4, TimestepSpacing::kLeading)),
              ElementsAre(751, 501, 251, 1));
  TimestepConfig config = Steps(4, TimestepSpacing::kLeading);
  config.steps_offset = 0;
  EXPECT_THAT(InferenceTimesteps(config), ElementsAre(750, 500, 250, 0));
}

TEST(TimestepsTest, LinspaceReachesBothEnds) {
  EXPECT_THAT(InferenceTimesteps(Steps(4, TimestepSpacing::kLinspace)),
              ElementsAre(999, 666, 333, 0));
  EXPECT_THAT(InferenceTimesteps(Steps(1, TimestepSpacing::kLinspace)),
              ElementsAre(0));
}

TEST(TimestepsTest, PreviousTimestepDividesInIntegers) {
  // 1000 / 30 = 33, although the timesteps are 33 or 34 apart.
  EXPECT_EQ(PreviousTimestep(966, Steps(30)), 933);
  EXPECT_EQ(InferenceTimesteps(Steps(30))[2], 932);
  // The last of 15 steps does not reach the clean sample.
  EXPECT_EQ(PreviousTimestep(66, Steps(15)), 0);
  EXPECT_LT(PreviousTimestep(49, Steps(20)), 0);
}

}  // namespace
}  // namespace animate
