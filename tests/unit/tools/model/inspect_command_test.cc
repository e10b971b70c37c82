#include "tools/model/inspect_command.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

using ::testing::HasSubstr;
using ::testing::internal::CaptureStderr;
using ::testing::internal::CaptureStdout;
using ::testing::internal::GetCapturedStderr;
using ::testing::internal::GetCapturedStdout;

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

Outcome RunInspect(const std::string& arguments) {
  CLI::App app;
  Outcome outcome;
  AddInspectCommand(app, outcome.exit_code);
  CaptureStdout();
  CaptureStderr();
  app.parse("inspect " + arguments);
  outcome.out = GetCapturedStdout();
  outcome.err = GetCapturedStderr();
  return outcome;
}

TEST(InspectCommandTest, PrintsTheReportAndReturnsZero) {
  const Outcome outcome = RunInspect(CheckpointFixture("nested.pth"));
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("nested.pth  torch zip"));
  EXPECT_THAT(outcome.out, HasSubstr("SHA-256"));
  EXPECT_EQ(outcome.err, "");
}

TEST(InspectCommandTest, PrintsJsonWhenAskedTo) {
  const Outcome outcome =
      RunInspect(CheckpointFixture("nested.pth") + " --json --no-hash");
  EXPECT_EQ(outcome.exit_code, 0);
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["networks"][0]["keys"], 7);
  EXPECT_FALSE(json.contains("sha256"));
}

TEST(InspectCommandTest, ReturnsOneForAMissingOrBrokenModel) {
  const Outcome missing = RunInspect("/nowhere");
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_THAT(missing.err, HasSubstr("/nowhere does not exist"));
  const Outcome broken = RunInspect(CheckpointFixture("refused_list.pth"));
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_THAT(broken.err, HasSubstr("refused_list.pth: "));
  EXPECT_EQ(broken.out, "");
}

TEST(InspectCommandTest, SaysHowFastItReadWhenAskedTo) {
  EXPECT_THAT(RunInspect(CheckpointFixture("nested.pth") + " --verbose").err,
              HasSubstr("GB/s"));
}

TEST(InspectCommandTest, NeedsAPath) {
  EXPECT_THROW(RunInspect(""), CLI::RequiredError);
  GetCapturedStdout();
  GetCapturedStderr();
}

}  // namespace
}  // namespace animate
