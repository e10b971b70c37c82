#include "tools/eval/server_clip_maker.h"

#include <gmock/gmock.h>

#include "tests/unit/client/fake_animation_service.h"
#include "tests/unit/tools/eval/small_set.h"

namespace animate {
namespace {

using ::testing::SizeIs;

// A server that sends back the first pose for each frame.
void SendPosesBack(FakeAnimationService& service) {
  v1::ModelInfo& model = *service.info.add_models();
  model.set_name("demo");
  model.set_width(64);
  model.set_steps(2);
  model.set_noise_mode(v1::NOISE_MODE_SHARED);
  service.on_uploaded = [&service](FakeAnimationService::Stream& stream,
                                   grpc::ServerContext&) {
    v1::AnimateResponse job;
    job.mutable_job()->set_name("jobs/1");
    *job.mutable_job()->mutable_spec() = service.start.spec();
    stream.Write(job);
    for (uint32_t i = 0; i < service.start.spec().frame_count(); ++i) {
      stream.Write(FrameEvent(i, service.items[i + 1]));
    }
    job.mutable_job()->set_state(v1::Job::STATE_SUCCEEDED);
    stream.Write(job);
    return grpc::Status::OK;
  };
}

TEST(ServerClipMakerTest, AsksTheServerForLosslessFrames) {
  FakeAnimationService service;
  SendPosesBack(service);
  const std::unique_ptr<ServerClipMaker> maker =
      *ServerClipMaker::Connect(service.address());
  EXPECT_EQ(maker->info().name, "demo");
  EXPECT_EQ(maker->info().width, 64);
  EXPECT_EQ(maker->info().noise_mode, NoiseMode::kShared);
  const std::vector<RgbImage> poses = {Grey(64, 96, 5), Grey(64, 96, 6)};
  const absl::StatusOr<std::vector<RgbImage>> frames = maker->Make(
      {.reference = Grey(64, 96, 1),
       .poses = poses,
       .seed = 9,
       .sampling = {
           .steps = 4, .guidance = 1.5, .noise_mode = NoiseMode::kPerFrame}});
  ASSERT_TRUE(frames.ok()) << frames.status();
  EXPECT_EQ(*frames, poses);
  const v1::JobSpec& spec = service.start.spec();
  EXPECT_EQ(spec.width(), 64u);
  EXPECT_EQ(spec.height(), 96u);
  EXPECT_EQ(spec.seed(), 9u);
  EXPECT_EQ(spec.steps(), 4u);
  EXPECT_FLOAT_EQ(spec.guidance_scale(), 1.5F);
  EXPECT_EQ(spec.sampler().noise_mode(), v1::NOISE_MODE_PER_FRAME);
  EXPECT_EQ(spec.output_format(), v1::OUTPUT_FORMAT_PNG);
}

TEST(ServerClipMakerTest, LeavesSamplingToTheServerUnlessTold) {
  FakeAnimationService service;
  SendPosesBack(service);
  const std::vector<RgbImage> poses = {Grey(64, 96, 5)};
  ASSERT_TRUE((*ServerClipMaker::Connect(service.address()))
                  ->Make({.reference = Grey(64, 96, 1), .poses = poses})
                  .ok());
  EXPECT_FALSE(service.start.spec().has_steps());
  EXPECT_FALSE(service.start.spec().has_guidance_scale());
  EXPECT_FALSE(service.start.spec().has_sampler());
}

TEST(ServerClipMakerTest, ErrorsAreTheServers) {
  EXPECT_EQ(ServerClipMaker::Connect("127.0.0.1:1").status().code(),
            absl::StatusCode::kUnavailable);
  FakeAnimationService service;
  EXPECT_EQ(ServerClipMaker::Connect(service.address()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  SendPosesBack(service);
  const std::unique_ptr<ServerClipMaker> maker =
      *ServerClipMaker::Connect(service.address());
  service.refusal = grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "full");
  const std::vector<RgbImage> poses = {Grey(64, 96, 5)};
  EXPECT_EQ(
      maker->Make({.reference = poses[0], .poses = poses}).status().code(),
      absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(maker->Make({.reference = poses[0]}).ok());
}

}  // namespace
}  // namespace animate
