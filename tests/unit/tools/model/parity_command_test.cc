#include "tools/model/parity_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/golden_folder.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

struct Result {
  int exit_code;
  std::string out;
};

// Runs "animate-model parity" on the nano model with further arguments.
Result RunCommand(std::vector<std::string> arguments,
                  const std::string& golden = *GoldenFolder("nano")) {
  CLI::App app;
  int exit_code = -1;
  AddParityCommand(app, exit_code);
  std::vector<std::string> all = {"parity", "--model-dir",
                                  *GoldenFolder("nano") + "/pretrained_weights",
                                  "--golden-dir", golden};
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<std::string> reversed(all.rbegin(), all.rend());
  ::testing::internal::CaptureStdout();
  app.parse(reversed);
  return {exit_code, ::testing::internal::GetCapturedStdout()};
}

TEST(ParityCommandTest, PrintsATableAndSucceeds) {
  const Result result = RunCommand({"--filter", "clip/image_embeds"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("clip/image_embeds"));
  EXPECT_THAT(result.out, HasSubstr("parity: 1 of 1 rows pass"));
}

TEST(ParityCommandTest, PrintsJsonOnRequest) {
  const Result result = RunCommand({"--filter", "clip/image_embeds", "--json"});
  EXPECT_EQ(nlohmann::json::parse(result.out)["ok"], true);
}

TEST(ParityCommandTest, FailsOnAMissAndWithoutRows) {
  EXPECT_EQ(
      RunCommand({"--filter", "pipeline_no_guidance_windows/final_latents",
                  "--count-division-bug", "off"})
          .exit_code,
      1);
  EXPECT_EQ(RunCommand({"--filter", "no such row"}).exit_code, 1);
}

TEST(ParityCommandTest, TheBareFlagSwitchesTheBugOn) {
  const Result result =
      RunCommand({"--filter", "pipeline_no_guidance_windows/final_latents",
                  "--count-division-bug"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("with the reference's count division bug"));
}

TEST(ParityCommandTest, FailsWhenNothingCanBeOpened) {
  EXPECT_EQ(RunCommand({}, "/nonexistent").exit_code, 1);
}

TEST(ParityCommandTest, RefusesOtherWords) {
  EXPECT_THROW(RunCommand({"--count-division-bug", "perhaps"}),
               CLI::ParseError);
  ::testing::internal::GetCapturedStdout();
}

}  // namespace
}  // namespace animate
