#include "server/service/proto_conversion.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/base/error.h"
#include "google/rpc/error_details.pb.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

JobSpec SomeSpec() {
  AnimationParameters p;
  p.width = 256;
  p.num_frames = 6;
  p.fps = 10;
  p.seed = 99;
  p.beta_schedule = BetaSchedule::kLinear;
  p.context_frames = 12;
  p.context_overlap = 2;
  p.context_schedule = ContextSchedule::kEdge;
  p.noise_mode = NoiseMode::kShared;
  JobSpec spec{.animation = *AnimationSpec::Create(p, Limits())};
  spec.model = "tiny";
  spec.output_format = OutputFormat::kPng;
  spec.priority = Priority::kInteractive;
  spec.queue_timeout = absl::Milliseconds(1500);
  spec.labels = {{"a", "b"}};
  return spec;
}

TEST(ProtoConversionTest, EchoesTheWholeSpec) {
  const v1::JobSpec spec = ToProto(SomeSpec());
  EXPECT_EQ(spec.width(), 256u);
  EXPECT_EQ(spec.height(), 512u);
  EXPECT_EQ(spec.frame_count(), 6u);
  EXPECT_EQ(spec.fps(), 10.0f);
  EXPECT_EQ(spec.steps(), 25u);
  EXPECT_EQ(spec.guidance_scale(), 3.5f);
  EXPECT_EQ(spec.seed(), 99u);
  EXPECT_EQ(spec.model(), "tiny");
  EXPECT_EQ(spec.output_format(), v1::OUTPUT_FORMAT_PNG);
  EXPECT_EQ(spec.quality(), 90u);
  EXPECT_EQ(spec.priority(), v1::PRIORITY_INTERACTIVE);
  EXPECT_EQ(spec.queue_timeout().seconds(), 1);
  EXPECT_EQ(spec.queue_timeout().nanos(), 500'000'000);
  EXPECT_FALSE(spec.has_execution_timeout());
  EXPECT_EQ(spec.on_disconnect(), v1::ON_DISCONNECT_CANCEL);
  EXPECT_EQ(spec.labels().at("a"), "b");
  EXPECT_EQ(spec.sampler().beta_schedule(), v1::BETA_SCHEDULE_LINEAR);
  EXPECT_EQ(spec.sampler().context_frames(), 12u);
  EXPECT_EQ(spec.sampler().context_overlap(), 2u);
  EXPECT_EQ(spec.sampler().context_schedule(), v1::CONTEXT_SCHEDULE_EDGE);
  EXPECT_EQ(spec.sampler().noise_mode(), v1::NOISE_MODE_SHARED);
}

TEST(ProtoConversionTest, ShowsAWaitingJob) {
  JobSnapshot job;
  job.name = "jobs/1";
  job.spec = std::make_shared<const JobSpec>(SomeSpec());
  job.create_time = absl::FromUnixMillis(1'234'567);
  job.progress.queue_position = 3;
  job.progress.eta = absl::Seconds(9);
  const v1::Job out = ToProto(job);
  EXPECT_EQ(out.name(), "jobs/1");
  EXPECT_EQ(out.state(), v1::Job::STATE_PENDING);
  EXPECT_EQ(out.spec().seed(), 99u);
  EXPECT_EQ(out.create_time().seconds(), 1234);
  EXPECT_EQ(out.create_time().nanos(), 567'000'000);
  EXPECT_FALSE(out.has_start_time());
  EXPECT_FALSE(out.has_end_time());
  EXPECT_FALSE(out.has_error());
  EXPECT_EQ(out.attempt(), 0u);
  EXPECT_EQ(out.progress().stage(), v1::STAGE_QUEUED);
  EXPECT_EQ(out.progress().queue_position(), 3u);
  EXPECT_EQ(out.progress().eta().seconds(), 9);
}

TEST(ProtoConversionTest, ShowsHowTheMotionIsFittedAndWas) {
  JobSnapshot job;
  JobSpec spec = SomeSpec();
  job.spec = std::make_shared<const JobSpec>(spec);
  EXPECT_FALSE(ToProto(job).spec().has_retarget());
  EXPECT_FALSE(ToProto(job).has_retarget_report());
  spec.retarget.emplace().options.ground_lock = true;
  job.spec = std::make_shared<const JobSpec>(spec);
  RetargetOutcome outcome{.mode = RetargetMode::kSequence};
  outcome.report.root = "neck";
  job.retarget = std::make_shared<const RetargetOutcome>(outcome);
  EXPECT_TRUE(ToProto(job).spec().retarget().ground_lock());
  EXPECT_EQ(ToProto(job).retarget_report().root(), "neck");
}

TEST(ProtoConversionTest, ShowsAFailedJob) {
  JobSnapshot job;
  job.state = JobState::kFailed;
  job.error = FieldError("reference", "is no picture", "BAD_REFERENCE_IMAGE");
  job.create_time = absl::FromUnixSeconds(1);
  job.start_time = absl::FromUnixSeconds(2);
  job.end_time = absl::FromUnixSeconds(3);
  job.expire_time = absl::FromUnixSeconds(4);
  job.revision = 7;
  job.attempt = 2;
  job.generation = 3;
  job.usage.device_time = absl::Milliseconds(2500);
  job.usage.wasted_device_time = absl::Milliseconds(500);
  const v1::Job out = ToProto(job);
  EXPECT_EQ(out.state(), v1::Job::STATE_FAILED);
  EXPECT_EQ(out.error().code(), 3);
  google::rpc::ErrorInfo info;
  ASSERT_GT(out.error().details_size(), 0);
  ASSERT_TRUE(out.error().details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "BAD_REFERENCE_IMAGE");
  EXPECT_EQ(out.start_time().seconds(), 2);
  EXPECT_EQ(out.end_time().seconds(), 3);
  EXPECT_EQ(out.expire_time().seconds(), 4);
  EXPECT_EQ(out.attempt(), 2u);
  EXPECT_EQ(out.generation(), 3u);
  EXPECT_EQ(out.etag(), "7");
  EXPECT_EQ(out.usage().gpu_seconds(), 2.5);
  EXPECT_EQ(out.usage().wasted_gpu_seconds(), 0.5);
}

TEST(ProtoConversionTest, ShowsAPartOfAFrame) {
  FramePart part;
  part.frame = {.index = 3,
                .format = OutputFormat::kRawRgb8,
                .width = 8,
                .height = 4,
                .data = std::make_shared<const std::string>("abcdef"),
                .crc32c = 17};
  part.part = 1;
  part.parts = 2;
  part.data = absl::string_view(*part.frame.data).substr(3);
  const v1::Frame frame = ToProto(part, 10.0);
  EXPECT_EQ(frame.generation(), 1u);
  EXPECT_EQ(frame.index(), 3u);
  EXPECT_EQ(frame.pts().seconds(), 0);
  EXPECT_EQ(frame.pts().nanos(), 300'000'000);
  EXPECT_EQ(frame.format(), v1::OUTPUT_FORMAT_RAW_RGB8);
  EXPECT_EQ(frame.width(), 8u);
  EXPECT_EQ(frame.height(), 4u);
  EXPECT_EQ(frame.part(), 1u);
  EXPECT_EQ(frame.parts(), 2u);
  EXPECT_EQ(frame.data(), "def");
  EXPECT_EQ(frame.crc32c(), 17u);
}

TEST(ProtoConversionTest, StatesSurviveTheRoundTrip) {
  for (const JobState state :
       {JobState::kPending, JobState::kRunning, JobState::kCancelling,
        JobState::kSucceeded, JobState::kFailed, JobState::kCancelled,
        JobState::kExpired}) {
    JobSnapshot job;
    job.state = state;
    EXPECT_EQ(FromProto(ToProto(job).state()), state);
  }
  EXPECT_FALSE(FromProto(v1::Job::STATE_UNSPECIFIED).has_value());
}

TEST(ProtoConversionTest, PublishesHowAModelIsSampled) {
  const v1::ModelInfo out = ToProto(ModelInfo{
      .context_schedule = ContextSchedule::kOpen,
      .num_inference_steps = 2,
      .guidance_scale = 1.5,
      .noise_mode = NoiseMode::kShared,
      .beta_schedule = BetaSchedule::kScaledLinear,
      .width = 96,
      .height = 144,
  });
  EXPECT_EQ(out.context_schedule(), v1::CONTEXT_SCHEDULE_OPEN);
  EXPECT_EQ(out.steps(), 2u);
  EXPECT_EQ(out.guidance_scale(), 1.5f);
  EXPECT_EQ(out.noise_mode(), v1::NOISE_MODE_SHARED);
  EXPECT_EQ(out.beta_schedule(), v1::BETA_SCHEDULE_SCALED_LINEAR);
  EXPECT_EQ(out.width(), 96u);
  EXPECT_EQ(out.height(), 144u);
}

TEST(ProtoConversionTest, PublishesEveryLimit) {
  const v1::ServerLimits limits = ToProto(Limits());
  const auto* descriptor = v1::ServerLimits::descriptor();
  const auto* reflection = v1::ServerLimits::GetReflection();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    // These two are the service's, not the model's.
    if (field->name() == "max_response_bytes" ||
        field->name() == "upload_timeout") {
      continue;
    }
    EXPECT_TRUE(reflection->HasField(limits, field)) << field->name();
  }
}

}  // namespace
}  // namespace animate
