#include "client/run_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "engine/media/video_decoder.h"
#include "nlohmann/json.hpp"
#include "tests/unit/client/fake_animation_service.h"
#include "tests/unit/client/temporary_folder.h"
#include "tests/unit/client/test_clips.h"

namespace animate {
namespace {

using testing::HasSubstr;

v1::ServerLimits SomeLimits() {
  v1::ServerLimits limits;
  limits.set_size_multiple(8);
  limits.set_min_side(64);
  limits.set_max_side(2048);
  limits.set_max_pixels(1 << 20);
  limits.set_max_frames(100);
  limits.set_max_upload_bytes(1 << 24);
  return limits;
}

TEST(MakeJobSpecTest, TakesFromThePosesWhatWasNotAskedFor) {
  const v1::JobSpec spec = MakeJobSpec(
      {}, {.num_frames = 48, .width = 515, .height = 770, .fps = 24.0},
      SomeLimits());
  EXPECT_EQ(spec.width(), 512u);
  EXPECT_EQ(spec.height(), 768u);
  EXPECT_EQ(spec.frame_count(), 48u);
  EXPECT_EQ(spec.fps(), 24.0f);
  // The server's own choice.
  EXPECT_FALSE(spec.has_steps());
  EXPECT_FALSE(spec.has_guidance_scale());
  EXPECT_FALSE(spec.has_seed());
  EXPECT_FALSE(spec.has_sampler());
}

TEST(MakeJobSpecTest, FlagsWinEvenWhenTheServerWillRefuseThem) {
  RunOptions options;
  options.width = 500;
  options.height = 9000;
  options.frames = 1000;
  options.fps = 12.0f;
  options.steps = 0;
  options.guidance = 1.0f;
  options.seed = 7;
  options.context_overlap = 3;
  const v1::JobSpec spec = MakeJobSpec(
      options, {.num_frames = 48, .width = 64, .height = 64}, SomeLimits());
  EXPECT_EQ(spec.width(), 500u);
  EXPECT_EQ(spec.height(), 9000u);
  EXPECT_EQ(spec.frame_count(), 1000u);
  EXPECT_EQ(spec.fps(), 12.0f);
  EXPECT_TRUE(spec.has_steps());
  EXPECT_EQ(spec.guidance_scale(), 1.0f);
  EXPECT_EQ(spec.seed(), 7u);
  EXPECT_EQ(spec.sampler().context_overlap(), 3u);
}

// Echoes the request as the accepted job and makes one grey frame per pose.
class RunCommandTest : public testing::Test {
 protected:
  RunCommandTest() {
    *service_.info.mutable_limits() = SomeLimits();
    WritePlainClip(folder_ / "poses.mp4", 64, 96, 3, 10.0);
    options_.common.server = service_.address();
    options_.reference = folder_.Write("me.png", PlainPng(64, 64, 1));
    options_.poses = {folder_ / "poses.mp4"};
    options_.out = folder_ / "result.mp4";
    service_.on_uploaded = [this](FakeAnimationService::Stream& stream,
                                  grpc::ServerContext&) {
      v1::AnimateResponse job;
      job.mutable_job()->set_name("jobs/1");
      *job.mutable_job()->mutable_spec() = service_.start.spec();
      stream.Write(job);
      const uint32_t frames = service_.start.spec().frame_count();
      for (uint32_t i = 0; i < frames; ++i) {
        stream.Write(FrameEvent(i, PlainPng(64, 96, 50)));
      }
      job.mutable_job()->set_state(v1::Job::STATE_SUCCEEDED);
      stream.Write(job);
      return grpc::Status::OK;
    };
  }

  ExitCode RunIt() {
    return animate::Run(options_, {.out = out_, .err = err_});
  }

  TemporaryFolder folder_;
  FakeAnimationService service_;
  RunOptions options_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(RunCommandTest, TurnsFilesIntoAClipAndAContactSheet) {
  options_.contact_sheet = folder_ / "sheets/sheet.png";
  ASSERT_EQ(RunIt(), ExitCode::kOk) << err_.str();
  EXPECT_EQ(service_.start.spec().width(), 64u);
  EXPECT_EQ(service_.start.spec().height(), 96u);
  EXPECT_EQ(service_.items[1], folder_.Read("poses.mp4"));
  EXPECT_EQ(DecodeVideo(folder_.Read("result.mp4"))->info.num_frames, 3);
  EXPECT_TRUE(folder_.Has("sheets/sheet.png"));
  EXPECT_THAT(out_.str(), HasSubstr("result.mp4: 3 frames, 64x96, 10 fps"));
  EXPECT_THAT(err_.str(), HasSubstr("jobs/1"));
}

TEST_F(RunCommandTest, JsonIsOneObjectOnStandardOutput) {
  options_.common.json = true;
  options_.seed = 5;
  ASSERT_EQ(RunIt(), ExitCode::kOk) << err_.str();
  const nlohmann::json result = nlohmann::json::parse(out_.str());
  EXPECT_EQ(result["frames"], 3);
  EXPECT_EQ(result["seed"], 5);
  EXPECT_EQ(result["out"], options_.out);
}

TEST_F(RunCommandTest, AMissingInputIsALocalFailureAndNoJob) {
  options_.reference = folder_ / "none.png";
  EXPECT_EQ(RunIt(), ExitCode::kLocalFailure);
  EXPECT_THAT(err_.str(), HasSubstr("none.png"));
  EXPECT_TRUE(service_.items.empty());
}

TEST_F(RunCommandTest, ARefusalLeavesNoFileBehind) {
  service_.refusal = grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "full");
  EXPECT_EQ(RunIt(), ExitCode::kBusy);
  EXPECT_THAT(err_.str(), HasSubstr("RESOURCE_EXHAUSTED: full"));
  EXPECT_FALSE(folder_.Has("result.mp4"));
}

TEST_F(RunCommandTest, AFrameThatCannotBeWrittenIsALocalFailure) {
  options_.out = folder_ / "frames";
  // A folder where the first frame should go.
  folder_.Write("frames/frame_00000.png/x", "x");
  EXPECT_EQ(RunIt(), ExitCode::kLocalFailure);
  EXPECT_THAT(err_.str(), HasSubstr("frame_00000.png"));
}

TEST_F(RunCommandTest, NobodyThereIsUnavailable) {
  options_.common.server = "127.0.0.1:1";
  EXPECT_EQ(RunIt(), ExitCode::kUnavailable);
}

}  // namespace
}  // namespace animate
