#include "client/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "client/exit_code.h"
#include "tests/unit/client/fake_animation_service.h"

namespace animate {
namespace {

using testing::HasSubstr;

struct Result {
  int code = 0;
  std::string out;
  std::string err;
};

Result RunWith(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "animate");
  std::ostringstream out;
  std::ostringstream err;
  const int code = RunCommandLine(static_cast<int>(arguments.size()),
                                  arguments.data(), {.out = out, .err = err});
  return {code, out.str(), err.str()};
}

TEST(CommandLineTest, HelpNamesEveryCommandAndTheExitCodes) {
  const Result result = RunWith({"--help"});
  EXPECT_EQ(result.code, 0);
  for (const char* word : {"run", "jobs", "info", "health", "Exit codes"}) {
    EXPECT_THAT(result.out, HasSubstr(word));
  }
}

TEST(CommandLineTest, MistakesAreUsageErrors) {
  const int usage = static_cast<int>(ExitCode::kUsage);
  EXPECT_EQ(RunWith({}).code, usage);
  EXPECT_EQ(RunWith({"dance"}).code, usage);
  EXPECT_EQ(RunWith({"run"}).code, usage);
  EXPECT_EQ(RunWith({"jobs"}).code, usage);
  EXPECT_EQ(RunWith({"run", "--reference", "a", "--pose", "b", "--out", "c.mp4",
                     "--steps", "many"})
                .code,
            usage);
  EXPECT_EQ(RunWith({"run", "--reference", "a", "--pose", "b", "--out", "c.mp4",
                     "--frame-format", "bmp"})
                .code,
            usage);
}

TEST(CommandLineTest, PosesComeFromExactlyOnePlace) {
  const int usage = static_cast<int>(ExitCode::kUsage);
  EXPECT_EQ(RunWith({"run", "--reference", "a", "--out", "c.mp4"}).code, usage);
  EXPECT_EQ(RunWith({"run", "--reference", "a", "--out", "c.mp4", "--pose", "b",
                     "--driving-video", "d"})
                .code,
            usage);
  EXPECT_EQ(RunWith({"run", "--reference", "a", "--out", "c.mp4", "--pose", "b",
                     "--retarget", "stretch"})
                .code,
            usage);
}

TEST(CommandLineTest, TakesEveryFlagOfTheFitting) {
  const Result result = RunWith({"run",
                                 "--server",
                                 "127.0.0.1:1",
                                 "--reference",
                                 "a",
                                 "--driving-video",
                                 "b",
                                 "--out",
                                 "d.mp4",
                                 "--retarget",
                                 "anchor-frame",
                                 "--ground-lock",
                                 "--reference-pose",
                                 "r.json",
                                 "--anchor-frame",
                                 "3",
                                 "--pose-kind",
                                 "driving-video",
                                 "--retarget-report",
                                 "report.json",
                                 "--channel-order",
                                 "auto"});
  EXPECT_EQ(result.code, static_cast<int>(ExitCode::kUnavailable))
      << result.err;
}

TEST(CommandLineTest, OfARepeatedFlagTheLastOneCounts) {
  const Result result = RunWith(
      {"run", "--server", "127.0.0.1:1", "--reference", "a", "--pose", "b",
       "--pose", "c", "--out", "d.mp4", "--frames", "1", "--frames", "2"});
  EXPECT_EQ(result.code, static_cast<int>(ExitCode::kUnavailable));
}

TEST(CommandLineTest, VersionIsPrinted) {
  const Result result = RunWith({"--version"});
  EXPECT_EQ(result.code, 0);
  EXPECT_FALSE(result.out.empty());
}

TEST(CommandLineTest, CommandsReachTheServerThatWasNamed) {
  FakeAnimationService service;
  const char* address = service.address().c_str();
  EXPECT_EQ(RunWith({"health", "--server", address}).code, 0);
  EXPECT_EQ(RunWith({"info", "--server", address, "--json"}).code, 0);
  EXPECT_EQ(RunWith({"jobs", "list", "--server", address}).code, 0);
  EXPECT_EQ(RunWith({"jobs", "cancel", "4", "--server", address}).code, 0);
  EXPECT_EQ(service.cancelled(), std::vector<std::string>{"jobs/4"});
  EXPECT_EQ(RunWith({"jobs", "get", "4", "--server", address}).code,
            static_cast<int>(ExitCode::kRefused));
}

TEST(CommandLineTest, RefusesAnUnknownContextSchedule) {
  const Result result =
      RunWith({"run", "--reference", "me.png", "--pose", "p.mp4", "--out",
               "out.mp4", "--context-schedule", "loop"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("--context-schedule"));
}

TEST(CommandLineTest, RefusesAnUnknownNoise) {
  const Result result = RunWith({"run", "--reference", "me.png", "--pose",
                                 "p.mp4", "--out", "o.mp4", "--noise", "pink"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("--noise"));
}

}  // namespace
}  // namespace animate
