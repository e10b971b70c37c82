#include "client/run_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "engine/media/video_decoder.h"
#include "engine/pose/pose_export.h"
#include "nlohmann/json.hpp"
#include "tests/support/standing_person.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/client/fake_animation_service.h"
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
  const v1::JobSpec spec = *MakeJobSpec(
      {}, {.num_frames = 48, .width = 515, .height = 770, .fps = 24.0}, "",
      SomeLimits());
  EXPECT_FALSE(spec.has_retarget());
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
  options.context_schedule = v1::CONTEXT_SCHEDULE_OPEN;
  options.noise = v1::NOISE_MODE_SHARED;
  const v1::JobSpec spec = *MakeJobSpec(
      options, {.num_frames = 48, .width = 64, .height = 64}, "", SomeLimits());
  EXPECT_EQ(spec.width(), 500u);
  EXPECT_EQ(spec.height(), 9000u);
  EXPECT_EQ(spec.frame_count(), 1000u);
  EXPECT_EQ(spec.fps(), 12.0f);
  EXPECT_TRUE(spec.has_steps());
  EXPECT_EQ(spec.guidance_scale(), 1.0f);
  EXPECT_EQ(spec.seed(), 7u);
  EXPECT_EQ(spec.sampler().context_overlap(), 3u);
  EXPECT_EQ(spec.sampler().context_schedule(), v1::CONTEXT_SCHEDULE_OPEN);
  EXPECT_EQ(spec.sampler().noise_mode(), v1::NOISE_MODE_SHARED);
}

TEST(MakeJobSpecTest, AMotionThatIsFittedTakesTheShapeOfTheReference) {
  const PoseSource poses{.kind = v1::POSE_KIND_KEYPOINTS,
                         .num_frames = 3,
                         .width = 1920,
                         .height = 1080};
  const std::string picture = PlainPng(1200, 1800, 1);
  RunOptions options;
  v1::JobSpec spec = *MakeJobSpec(options, poses, picture, SomeLimits());
  EXPECT_EQ(spec.width(), 512u);
  EXPECT_EQ(spec.height(), 768u);
  EXPECT_TRUE(spec.has_retarget());
  EXPECT_EQ(spec.retarget().mode(), v1::RetargetOptions::MODE_UNSPECIFIED)
      << "the server falls back when it finds no reference pose";

  options.retarget = v1::RetargetOptions::MODE_NONE;
  spec = *MakeJobSpec(options, poses, picture, SomeLimits());
  EXPECT_GT(spec.width(), spec.height()) << "the canvas of the poses";
  EXPECT_EQ(spec.retarget().mode(), v1::RetargetOptions::MODE_NONE);

  EXPECT_FALSE(MakeJobSpec({}, poses, "no picture", SomeLimits()).ok());
}

TEST(MakeJobSpecTest, AModelMadeForOneSizeGetsItInTheShapeOfTheInput) {
  v1::ModelInfo model;
  model.set_width(96);
  model.set_height(144);
  const auto spec_for = [&](const PoseSource& poses,
                            const std::string& picture) {
    return *MakeJobSpec({}, poses, picture, SomeLimits(), model);
  };
  v1::JobSpec spec =
      spec_for({.num_frames = 3, .width = 512, .height = 768}, "");
  EXPECT_EQ(spec.width(), 96u);
  EXPECT_EQ(spec.height(), 144u);
  spec = spec_for({.num_frames = 3, .width = 64, .height = 48}, "");
  EXPECT_EQ(spec.width(), 128u) << "small poses are enlarged";
  EXPECT_EQ(spec.height(), 96u);
  spec = spec_for({.kind = v1::POSE_KIND_KEYPOINTS,
                   .num_frames = 3,
                   .width = 1920,
                   .height = 1080},
                  PlainPng(1200, 1800, 1));
  EXPECT_EQ(spec.width(), 96u) << "a fitted motion: the shape of the reference";
  EXPECT_EQ(spec.height(), 144u);
}

TEST(MakeJobSpecTest, FlagsOfTheFittingBecomeItsOptions) {
  const TemporaryFolder folder;
  PoseSequence reference = WalkingPerson(100, 200, 1);
  RunOptions options;
  options.retarget = v1::RetargetOptions::MODE_ANCHOR_FRAME;
  options.ground_lock = true;
  options.anchor_frame = 2;
  options.reference_pose =
      folder.Write("r.json", ExportPoseKeypointJson(reference));
  // Drawn skeletons are fitted, too, when that is asked for.
  const v1::JobSpec spec = *MakeJobSpec(
      options,
      {.kind = v1::POSE_KIND_VIDEO, .num_frames = 3, .width = 64, .height = 64},
      PlainPng(64, 128, 1), SomeLimits());
  EXPECT_EQ(spec.height(), 128u);
  const v1::RetargetOptions& retarget = spec.retarget();
  EXPECT_EQ(retarget.mode(), v1::RetargetOptions::MODE_ANCHOR_FRAME);
  EXPECT_TRUE(retarget.ground_lock());
  EXPECT_EQ(retarget.anchor_frame(), 2u);
  ASSERT_TRUE(retarget.has_reference_pose());
  EXPECT_FLOAT_EQ(
      retarget.reference_pose().xy(0),
      static_cast<float>(reference.frames[0].body[kNose].x / 100.0));
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
      if (service_.start.spec().has_retarget()) {
        *job.mutable_job()->mutable_retarget_report() = report_;
      }
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
  v1::RetargetReport report_;
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

TEST_F(RunCommandTest, TheSizeOfTheServersModelDecides) {
  v1::ModelInfo& model = *service_.info.add_models();
  model.set_width(80);
  model.set_height(120);
  ASSERT_EQ(RunIt(), ExitCode::kOk) << err_.str();
  EXPECT_EQ(service_.start.spec().width(), 80u);
  EXPECT_EQ(service_.start.spec().height(), 120u);
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

TEST_F(RunCommandTest, SendsKeypointsAndPrintsHowTheyWereFitted) {
  options_.poses = {folder_.Write(
      "dance.json", ExportPoseKeypointJson(WalkingPerson(200, 300, 3)))};
  options_.contact_sheet = folder_ / "sheet.png";
  options_.retarget_report = folder_ / "reports/report.json";
  report_.set_mode(v1::RetargetOptions::MODE_SEQUENCE);
  report_.set_root("mid_hip");
  ASSERT_EQ(RunIt(), ExitCode::kOk) << err_.str();
  EXPECT_EQ(service_.start.inputs().pose_kind(), v1::POSE_KIND_KEYPOINTS);
  v1::PoseSequence sent;
  ASSERT_TRUE(sent.ParseFromString(service_.items[1]));
  EXPECT_EQ(sent.frames_size(), 3);
  EXPECT_TRUE(service_.start.spec().has_retarget());
  EXPECT_THAT(out_.str(), HasSubstr("motion fitted: sequence"));
  EXPECT_TRUE(folder_.Has("sheet.png"));
  EXPECT_EQ(nlohmann::json::parse(folder_.Read("reports/report.json"))["root"],
            "mid_hip");
}

TEST_F(RunCommandTest, TheReportIsPartOfTheJson) {
  options_.poses = {folder_.Write(
      "dance.json", ExportPoseKeypointJson(WalkingPerson(200, 300, 3)))};
  options_.common.json = true;
  report_.set_root("neck");
  ASSERT_EQ(RunIt(), ExitCode::kOk) << err_.str();
  EXPECT_EQ(nlohmann::json::parse(out_.str())["retarget_report"]["root"],
            "neck");
}

TEST_F(RunCommandTest, ADrivingVideoIsSentAsOne) {
  options_.driving_video = options_.poses.front();
  options_.poses.clear();
  options_.contact_sheet = folder_ / "sheet.png";
  ASSERT_EQ(RunIt(), ExitCode::kOk) << err_.str();
  EXPECT_EQ(service_.start.inputs().pose_kind(), v1::POSE_KIND_DRIVING_VIDEO);
  EXPECT_EQ(service_.items[1], folder_.Read("poses.mp4"));
}

TEST_F(RunCommandTest, ACanvasThatIsNoneIsALocalFailure) {
  options_.pose_canvas = "wide";
  EXPECT_EQ(RunIt(), ExitCode::kLocalFailure);
  EXPECT_THAT(err_.str(), HasSubstr("--pose-canvas"));
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
