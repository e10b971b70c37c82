#include "tools/eval/pairs_command.h"

#include <gmock/gmock.h>

#include "nlohmann/json.hpp"
#include "tests/unit/tools/eval/small_set.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

TEST(PairsCommandTest, PrintsAndWritesTheReport) {
  const TemporaryFolder folder;
  const std::string truth =
      WriteFrames(folder, "truth", {Grey(16, 16, 10), Grey(16, 16, 20)});
  const std::string made =
      WriteFrames(folder, "made", {Grey(16, 16, 20), Grey(16, 16, 30)});
  const EvalOutcome outcome = RunEvalCommand(
      AddPairsCommand,
      absl::StrCat("pairs --generated ", made, " --truth ", truth, " --json ",
                   folder / "r.json", " --markdown ", folder / "r.md",
                   " --ssim-window gaussian"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("| generated | 28.13 |"));
  EXPECT_EQ(outcome.out, folder.Read("r.md"));
  const nlohmann::json report = nlohmann::json::parse(folder.Read("r.json"));
  EXPECT_EQ(report["kind"], "pairs");
  EXPECT_EQ(report["ssim_window"], "gaussian");
  EXPECT_DOUBLE_EQ(report["rows"][0]["l1"], 10.0);
  EXPECT_DOUBLE_EQ(report["rows"][0]["flicker_ratio"], 1.0);
}

TEST(PairsCommandTest, WrongFoldersAndFlagsAreErrors) {
  const TemporaryFolder folder;
  const EvalOutcome missing = RunEvalCommand(
      AddPairsCommand, absl::StrCat("pairs --generated ", folder / "a",
                                    " --truth ", folder / "b"));
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_THAT(missing.err, HasSubstr("animate-eval pairs: "));
  EXPECT_THAT(missing.err, HasSubstr("no such file or folder"));
  const EvalOutcome unwritable = RunEvalCommand(
      AddPairsCommand,
      absl::StrCat("pairs --generated ", folder.path(), " --truth ",
                   folder.path(), " --json ", folder / "none/r.json"));
  EXPECT_THAT(unwritable.err, HasSubstr("there is no folder"));
  EXPECT_EQ(RunEvalCommand(AddPairsCommand, "pairs --truth x").exit_code, 2);
  EXPECT_EQ(RunEvalCommand(AddPairsCommand,
                           "pairs --generated a --truth b --ssim-window round")
                .exit_code,
            2);
}

}  // namespace
}  // namespace animate
