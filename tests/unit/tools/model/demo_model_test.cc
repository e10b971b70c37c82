#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/pipeline/load_animator.h"
#include "tests/support/paths.h"
#include "tests/unit/engine/weights/weights_testing.h"
#include "tools/model/verify.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

constexpr uintmax_t kMaxBytes = 18'000'000;

class CountingFrames : public AnimationObserver {
 public:
  void OnStageStarted(EngineStage) override {}
  void OnStageFinished(EngineStage, absl::Duration) override {}
  void OnStep(int, int, absl::Duration) override {}
  void OnFrame(int, RgbImage) override { ++count; }
  int count = 0;
};

// The model that is shipped, as scripts/publish_demo_model.sh makes it.
class DemoModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(fs::path(folder_) / "denoising_unet.safetensors")) {
      GTEST_SKIP() << folder_ << " holds no model";
    }
  }
  const std::string folder_ = SourceDir() + "/models/demo";
};

TEST_F(DemoModelTest, IsInOrderAndHalfPrecision) {
  const absl::StatusOr<VerifyReport> report =
      VerifyModel(folder_, {.dtype = c10::kHalf});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->ok()) << VerifyText(*report);
}

TEST_F(DemoModelTest, IsSmallEnoughForARepository) {
  uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  EXPECT_LE(bytes, kMaxBytes);
}

TEST_F(DemoModelTest, HasAModelCard) {
  const std::string card = folder_ + "/README.md";
  ASSERT_TRUE(fs::exists(card));
  EXPECT_NE(ReadFileOrDie(card).find("icence"), std::string::npos)
      << "the card must name the licence";
}

TEST_F(DemoModelTest, SaysHowItIsSampledAndCanBe) {
  const absl::StatusOr<std::unique_ptr<Animator>> animator =
      LoadAnimator({.model_dir = folder_, .device = "cpu"});
  ASSERT_TRUE(animator.ok()) << animator.status();
  const ModelInfo& info = (*animator)->info();
  EXPECT_GT(info.width, 0);
  EXPECT_GT(info.height, 0);
  AnimationParameters parameters = DefaultParameters(info);
  parameters.num_frames = 2;
  const absl::StatusOr<AnimationSpec> spec =
      AnimationSpec::Create(parameters, Limits());
  ASSERT_TRUE(spec.ok()) << spec.status();
  const RgbImage black(info.width, info.height);
  CountingFrames frames;
  const absl::Status animated = (*animator)->Animate(
      {*spec, black, {black, black}}, CancellationToken(), frames);
  EXPECT_TRUE(animated.ok()) << animated;
  EXPECT_EQ(frames.count, 2);
}

}  // namespace
}  // namespace animate
