#include "tools/model/parity.h"

#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "engine/weights/safetensors.h"
#include "engine/weights/safetensors_writer.h"
#include "tests/support/golden_folder.h"

namespace animate {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::SizeIs;

ParityOptions Nano(const std::string& filter = "") {
  ParityOptions options;
  options.model_dir = *GoldenFolder("nano") + "/pretrained_weights";
  options.golden_dir = *GoldenFolder("nano");
  options.filter = filter;
  return options;
}

// Every row that does not pass, for the message of a failing test.
std::string Misses(const ParityReport& report) {
  std::string names;
  for (const ParityRow& row : report.rows) {
    if (row.outcome == ParityOutcome::kFail) {
      names += row.name + " (" + row.note + ")\n";
    }
  }
  return names;
}

TEST(ParityTest, EverythingRecordedOfTheNanoModelMatches) {
  const absl::StatusOr<ParityReport> report = RunParity(Nano());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->ok()) << Misses(*report);
  EXPECT_GT(report->Count(ParityOutcome::kPass), 50);
}

TEST(ParityTest, EverythingRecordedOfTheTinyModelMatches) {
  const std::optional<std::string> tiny = GoldenFolder("tiny");
  if (!tiny) GTEST_SKIP() << "no shared golden data beside the repository";
  ParityOptions options;
  options.model_dir = *tiny + "/pretrained_weights";
  options.golden_dir = *tiny;
  const absl::StatusOr<ParityReport> report = RunParity(options);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->ok()) << Misses(*report);
}

TEST(ParityTest, FilterChoosesRows) {
  const ParityReport report = RunParity(Nano("clip/image_embeds")).value();
  ASSERT_THAT(report.rows, SizeIs(1));
  EXPECT_EQ(report.rows[0].name, "clip/image_embeds");
  EXPECT_FALSE(RunParity(Nano("no such row"))->ok());
}

TEST(ParityTest, TheDivisionBugIsOnForRecordedRunsAndCanBeSwitchedOff) {
  const std::string row = "pipeline_no_guidance_windows/final_latents";
  ParityReport report = RunParity(Nano(row)).value();
  EXPECT_TRUE(report.ok()) << Misses(report);
  EXPECT_EQ(report.rows.at(0).note, "with the reference's count division bug");
  ParityOptions options = Nano(row);
  options.count_division_bug = CountDivisionBug::kOff;
  report = RunParity(options).value();
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(report.rows.at(0).note,
            "without the reference's count division bug");
}

TEST(ParityTest, MissingFoldersAreErrors) {
  ParityOptions options = Nano();
  options.golden_dir = "/nonexistent";
  EXPECT_FALSE(RunParity(options).ok());
  options = Nano();
  options.model_dir = "/nonexistent";
  EXPECT_FALSE(RunParity(options).ok());
}

// A copy of the nano goldens in which something is wrong.
class SpoiltGoldenTest : public ::testing::Test {
 protected:
  SpoiltGoldenTest()
      : folder_(
            fs::path(::testing::TempDir()) /
            ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    for (const char* part : {"goldens", "inputs"}) {
      fs::create_directories(folder_ / part);
      fs::copy(fs::path(*GoldenFolder("nano")) / part, folder_ / part);
    }
  }
  ~SpoiltGoldenTest() override { fs::remove_all(folder_); }

  ParityReport Run(const std::string& filter) {
    ParityOptions options = Nano(filter);
    options.golden_dir = folder_.string();
    return RunParity(options).value();
  }

  template <typename Change>
  void Rewrite(const std::string& file, Change change) {
    const std::string path =
        (folder_ / "goldens" / (file + ".safetensors")).string();
    StateDict tensors = LoadSafetensors(path).value();
    change(tensors);
    ASSERT_TRUE(SaveSafetensors(path, tensors).ok());
  }

  const fs::path folder_;
};

TEST_F(SpoiltGoldenTest, AValueThatIsOffFails) {
  Rewrite("clip", [](StateDict& tensors) {
    tensors["out.image_embeds"] = tensors["out.image_embeds"] + 1e-3;
  });
  const ParityReport report = Run("clip/image_embeds");
  ASSERT_THAT(report.rows, SizeIs(1));
  EXPECT_EQ(report.rows[0].outcome, ParityOutcome::kFail);
  EXPECT_NEAR(report.rows[0].max_abs, 1e-3, 1e-5);
}

TEST_F(SpoiltGoldenTest, OneWrongPixelFails) {
  Rewrite("preprocess", [](StateDict& tensors) {
    at::Tensor pixels = tensors["ref.vae_resized_u8"].clone();
    pixels[0][0][0] += 1;
    tensors["ref.vae_resized_u8"] = pixels;
  });
  EXPECT_FALSE(Run("preprocess/ref.vae_resized_u8").ok());
}

TEST_F(SpoiltGoldenTest, TensorsOfOneListOnlyFail) {
  Rewrite("clip", [](StateDict& tensors) {
    tensors["out.surplus"] = tensors["out.image_embeds"];
    tensors.erase("out.image_embeds");
  });
  const std::string misses = Misses(Run("clip"));
  EXPECT_THAT(misses, HasSubstr("clip/image_embeds (index.json lists it"));
  EXPECT_THAT(misses, HasSubstr("clip/surplus (the file holds it"));
}

TEST_F(SpoiltGoldenTest, UnreadableFilesFail) {
  fs::resize_file(folder_ / "goldens" / "clip.safetensors", 1000);
  EXPECT_THAT(Misses(Run("clip")), HasSubstr("clip.safetensors"));
  fs::remove(folder_ / "goldens" / "clip.safetensors");
  EXPECT_FALSE(Run("clip").ok());
}

TEST_F(SpoiltGoldenTest, FilesNobodyDescribesFail) {
  std::ofstream(folder_ / "goldens" / "stray.safetensors") << "x";
  EXPECT_THAT(Misses(Run("stray")),
              HasSubstr("stray (index.json does not describe this file)"));
}

TEST_F(SpoiltGoldenTest, MissingInputsFail) {
  Rewrite("pose_guider", [](StateDict& tensors) { tensors.erase("in.pose"); });
  EXPECT_THAT(Misses(Run("pose_guider")), HasSubstr("in.pose is missing"));
}

}  // namespace
}  // namespace animate
