#include "engine/pipeline/load_animator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/pipeline/nano_pipeline.h"

namespace animate {
namespace {

using ::testing::Contains;
using ::testing::SizeIs;

AnimatorConfig NanoConfig() {
  AnimatorConfig config;
  config.model_dir = NanoModelFolder();
  config.device = "cpu";
  return config;
}

TEST(LoadAnimatorTest, LoadsAnAnimatorThatAnimates) {
  SetComputeThreads(1);
  const absl::StatusOr<std::unique_ptr<Animator>> animator =
      LoadAnimator(NanoConfig());
  ASSERT_TRUE(animator.ok()) << animator.status();
  EXPECT_EQ((*animator)->info().dtype, "float32");
  RecordingAnimationObserver observer;
  const CancellationToken token;
  EXPECT_TRUE(
      (*animator)->Animate(NanoInput(NanoParameters()), token, observer).ok());
  EXPECT_THAT(observer.frames, SizeIs(2));
}

TEST(LoadAnimatorTest, AnimatesInBfloat16) {
  AnimatorConfig config = NanoConfig();
  config.dtype = "bfloat16";
  const absl::StatusOr<std::unique_ptr<Animator>> animator =
      LoadAnimator(config);
  ASSERT_TRUE(animator.ok()) << animator.status();
  RecordingAnimationObserver observer;
  const CancellationToken token;
  const absl::Status status =
      (*animator)->Animate(NanoInput(NanoParameters()), token, observer);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(observer.frames, SizeIs(2));
}

TEST(LoadAnimatorTest, RejectsUnknownWords) {
  AnimatorConfig config = NanoConfig();
  config.device = "tpu";
  EXPECT_EQ(LoadAnimator(config).status().code(),
            absl::StatusCode::kInvalidArgument);
  config = NanoConfig();
  config.dtype = "int8";
  EXPECT_EQ(LoadAnimator(config).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(LoadAnimatorTest, MissingModelIsNotFound) {
  AnimatorConfig config = NanoConfig();
  config.model_dir = "/nonexistent/model";
  EXPECT_EQ(LoadAnimator(config).status().code(), absl::StatusCode::kNotFound);
}

TEST(AvailableDevicesTest, IncludeTheCpu) {
  InitializeDevices().IgnoreError();
  EXPECT_THAT(AvailableDevices(), Contains("cpu"));
}

}  // namespace
}  // namespace animate
