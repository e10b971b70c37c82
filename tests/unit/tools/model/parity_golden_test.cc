#include "tools/model/parity_golden.h"

#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/golden_folder.h"

namespace animate {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// A copy of the nano golden data without weights, to be spoilt.
class GoldenDataTest : public ::testing::Test {
 protected:
  GoldenDataTest()
      : folder_(
            fs::path(::testing::TempDir()) /
            ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    for (const char* part : {"goldens", "inputs"}) {
      fs::create_directories(folder_ / part);
      fs::copy(fs::path(*GoldenFolder("nano")) / part, folder_ / part);
    }
  }
  ~GoldenDataTest() override { fs::remove_all(folder_); }

  absl::StatusOr<GoldenData> Open() {
    return GoldenData::Open(folder_.string());
  }
  void WriteIndex(const std::string& text) {
    std::ofstream(folder_ / "goldens" / "index.json") << text;
  }

  const fs::path folder_;
};

TEST_F(GoldenDataTest, OpensIndexAndPictures) {
  const absl::StatusOr<GoldenData> golden = Open();
  ASSERT_TRUE(golden.ok()) << golden.status();
  EXPECT_THAT(golden->files(), Contains("denoising_unet"));
  EXPECT_TRUE(golden->Describes("clip"));
  EXPECT_THAT(golden->TensorNames("clip"), Contains("out.image_embeds"));
  EXPECT_THAT(golden->poses(), SizeIs(9));
  EXPECT_FALSE(golden->reference().empty());
  EXPECT_TRUE(golden->full_reference().empty());
  EXPECT_TRUE(golden->Load("clip").ok());
}

TEST_F(GoldenDataTest, GivesTheRecordedTolerances) {
  const GoldenData golden = Open().value();
  const std::optional<Tolerance> tolerance =
      golden.FindTolerance("clip", "out.image_embeds");
  ASSERT_TRUE(tolerance.has_value());
  EXPECT_GT(tolerance->max_abs, 0.0);
  EXPECT_GT(tolerance->rms_diff_over_rms, 0.0);
  EXPECT_FALSE(
      golden.FindTolerance("pipeline_windows", "out.timesteps").has_value());
  EXPECT_FALSE(golden.FindTolerance("clip", "out.absent").has_value());
  EXPECT_FALSE(golden.FindTolerance("absent", "out.x").has_value());
}

TEST_F(GoldenDataTest, ListsFilesTheIndexDoesNotDescribe) {
  std::ofstream(folder_ / "goldens" / "stray.safetensors") << "x";
  const GoldenData golden = Open().value();
  EXPECT_THAT(golden.files(), Contains("stray"));
  EXPECT_FALSE(golden.Describes("stray"));
  EXPECT_FALSE(golden.Load("stray").ok());
}

TEST_F(GoldenDataTest, RefusesAMissingOrDamagedIndex) {
  WriteIndex("{\"files\":");
  EXPECT_EQ(Open().status().code(), absl::StatusCode::kFailedPrecondition);
  WriteIndex("{}");
  EXPECT_EQ(Open().status().code(), absl::StatusCode::kFailedPrecondition);
  fs::remove(folder_ / "goldens" / "index.json");
  EXPECT_EQ(Open().status().code(), absl::StatusCode::kNotFound);
}

TEST_F(GoldenDataTest, RefusesDamagedPictures) {
  fs::resize_file(folder_ / "inputs" / "pose_03.png", 100);
  EXPECT_THAT(std::string(Open().status().message()), HasSubstr("pose_03.png"));
}

TEST_F(GoldenDataTest, RunsAreDescribedByTheIndex) {
  const GoldenData golden = Open().value();
  const std::string file = "pipeline_no_guidance_windows";
  const PipelineRun run =
      golden.DescribeRun(file, golden.Load(file).value(), 8).value();
  EXPECT_EQ(run.num_frames, 9);
  EXPECT_EQ(run.num_inference_steps, 4);
  EXPECT_EQ(run.guidance_scale, 1.0);
  EXPECT_EQ(run.beta_schedule, "linear");
  EXPECT_EQ(run.width, 80);
  EXPECT_EQ(run.height, 72);
  EXPECT_EQ(run.context_frames, 8);
  EXPECT_EQ(run.context_overlap, 2);
}

TEST_F(GoldenDataTest, RunsTheIndexIsSilentAboutAreReadFromNameAndShapes) {
  WriteIndex(R"({"files": {"pipeline_x.safetensors": {}}})");
  const GoldenData golden = Open().value();
  const StateDict tensors = {{"in.latents", at::zeros({1, 4, 5, 9, 10})},
                             {"out.noise_pred", at::zeros({7, 1})}};
  PipelineRun run =
      golden.DescribeRun("pipeline_scaled_linear", tensors, 4).value();
  EXPECT_EQ(run.num_frames, 5);
  EXPECT_EQ(run.num_inference_steps, 7);
  EXPECT_EQ(run.guidance_scale, 3.5);
  EXPECT_EQ(run.beta_schedule, "scaled_linear");
  EXPECT_EQ(run.width, 40);
  EXPECT_EQ(run.height, 36);
  EXPECT_EQ(run.context_frames, 8);
  EXPECT_EQ(run.context_overlap, 2);
  run = golden.DescribeRun("pipeline_no_guidance", tensors, 4).value();
  EXPECT_EQ(run.guidance_scale, 1.0);
  EXPECT_EQ(run.beta_schedule, "");
}

TEST_F(GoldenDataTest, RunsNeedLatentsStepsAndPoses) {
  WriteIndex(R"({"files": {"pipeline_x.safetensors": {}}})");
  const GoldenData golden = Open().value();
  EXPECT_FALSE(golden.DescribeRun("pipeline", {}, 8).ok());
  EXPECT_FALSE(golden
                   .DescribeRun("pipeline",
                                {{"in.latents", at::zeros({1, 4, 5, 9, 9})}}, 8)
                   .ok());
  EXPECT_THAT(
      std::string(golden
                      .DescribeRun("pipeline",
                                   {{"in.latents", at::zeros({1, 4, 10, 9, 9})},
                                    {"out.timesteps", at::zeros({3})}},
                                   8)
                      .status()
                      .message()),
      HasSubstr("inputs hold 9 poses, 10 are needed"));
}

}  // namespace
}  // namespace animate
