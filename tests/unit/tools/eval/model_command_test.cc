#include "tools/eval/model_command.h"

#include <gmock/gmock.h>

#include "nlohmann/json.hpp"
#include "tests/support/golden_folder.h"
#include "tests/unit/tools/eval/small_set.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

std::string NanoFlags() {
  return absl::StrCat("model --model-dir ", *GoldenFolder("nano"),
                      "/pretrained_weights --device cpu --threads 1 ");
}

TEST(ModelCommandTest, EvaluatesAModelFolder) {
  const TemporaryFolder folder;
  const EvalOutcome outcome = RunEvalCommand(
      AddModelCommand,
      absl::StrCat(NanoFlags(),
                   "--characters 5..6 --motions walk,wave --frames 2 --width "
                   "64 --height 64 --steps 1 --guidance 1 --also-steps 2 "
                   "--mean-of 2 --temporal "
                   "--sheet ",
                   folder / "s.png", " --json ", folder / "r.json"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("2 clips of 2 frames, 64x64"));
  EXPECT_THAT(outcome.err, HasSubstr("2/2 6-wave: floor"));
  const nlohmann::json report = nlohmann::json::parse(folder.Read("r.json"));
  EXPECT_EQ(report["kind"], "model");
  EXPECT_EQ(report["sampling"]["steps"], 1);
  EXPECT_EQ(report["set"]["clips"], 2);
  std::vector<std::string> names;
  for (const nlohmann::json& row : report["rows"]) {
    names.push_back(row["name"]);
    EXPECT_TRUE(row["by_motion"].contains("walk"));
  }
  EXPECT_THAT(
      names,
      testing::ElementsAre(
          "floor", "model", "model, 2 steps", "model, 2 steps, mean of 2",
          "shuffled reference", "noise per frame",
          "noise per frame, no temporal layers", "noise per frame, 2 steps",
          "noise per frame, 2 steps, no temporal layers", "oracle"));
  EXPECT_TRUE(report["rows"][1]["way"].contains("psnr"));
  EXPECT_TRUE(DecodeImage(folder.Read("s.png")).ok());
}

TEST(ModelCommandTest, AModelThatDoesNotSayItsSizeWantsFlags) {
  const EvalOutcome outcome =
      RunEvalCommand(AddModelCommand, NanoFlags() + "--characters 5..6");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("--width and --height"));
}

TEST(ModelCommandTest, WrongFlagsAreErrors) {
  EXPECT_EQ(RunEvalCommand(AddModelCommand, "model").exit_code, 2);
  const EvalOutcome characters =
      RunEvalCommand(AddModelCommand,
                     NanoFlags() + "--characters five --width 64 --height 64");
  EXPECT_EQ(characters.exit_code, 1);
  EXPECT_THAT(characters.err, HasSubstr("FIRST..LAST"));
  EXPECT_THAT(RunEvalCommand(AddModelCommand, "model --model-dir none").err,
              HasSubstr("none"));
  EXPECT_EQ(
      RunEvalCommand(AddModelCommand, NanoFlags() + "--noise-mode sometimes")
          .exit_code,
      2);
}

}  // namespace
}  // namespace animate
