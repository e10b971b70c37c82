#include "server/service/request_parser.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>
#include <tuple>

#include "engine/base/error.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;
using Start = v1::AnimateRequest::Start;

constexpr uint64_t kServerSeed = 42;

Offer TinyOffer() {
  Offer offer;
  offer.limits.max_frames = 100;
  offer.models = {ModelInfo{.name = "tiny"}};
  return offer;
}

// The least that is in order.
Start ValidStart() {
  Start start;
  start.mutable_spec()->set_frame_count(4);
  v1::InputManifest& inputs = *start.mutable_inputs();
  inputs.mutable_reference();
  inputs.set_pose_kind(v1::POSE_KIND_IMAGES);
  inputs.set_pose_items(4);
  inputs.set_total_bytes(1000);
  return start;
}

absl::StatusOr<ParsedStart> Parse(const Start& start) {
  return ParseStart(start, TinyOffer(), kServerSeed);
}

TEST(ParseStartTest, FillsInDefaults) {
  const auto parsed = Parse(ValidStart());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const AnimationParameters& p = *parsed->spec.animation;
  EXPECT_EQ(p.width, 512);
  EXPECT_EQ(p.height, 512);
  EXPECT_EQ(p.num_frames, 4);
  EXPECT_EQ(p.fps, 30.0);
  EXPECT_EQ(p.num_inference_steps, 25);
  EXPECT_EQ(p.guidance_scale, 3.5);
  EXPECT_EQ(p.seed, kServerSeed);
  EXPECT_EQ(p.beta_schedule, BetaSchedule::kLinear);
  EXPECT_EQ(p.noise_mode, NoiseMode::kPerFrame);
  EXPECT_EQ(p.context_frames, 24);
  EXPECT_EQ(p.context_overlap, 4);
  EXPECT_EQ(parsed->spec.model, "tiny");
  EXPECT_EQ(parsed->spec.output_format, OutputFormat::kJpeg);
  EXPECT_EQ(parsed->spec.quality, 90);
  EXPECT_EQ(parsed->spec.priority, Priority::kNormal);
  EXPECT_EQ(parsed->spec.queue_timeout, absl::InfiniteDuration());
  EXPECT_EQ(parsed->spec.execution_timeout, absl::InfiniteDuration());
}

TEST(ParseStartTest, TakesOverEveryField) {
  Start start = ValidStart();
  start.set_request_id("123e4567-e89b-12d3-a456-426614174000");
  v1::JobSpec& spec = *start.mutable_spec();
  spec.set_width(256);
  spec.set_height(384);
  spec.set_frame_count(3);
  spec.set_fps(12.5f);
  spec.set_steps(7);
  spec.set_guidance_scale(1.0f);
  spec.set_seed(0);
  spec.set_model("tiny");
  spec.set_output_format(v1::OUTPUT_FORMAT_WEBP);
  spec.set_quality(55);
  spec.set_priority(v1::PRIORITY_BATCH);
  spec.mutable_queue_timeout()->set_seconds(2);
  spec.mutable_execution_timeout()->set_nanos(500'000'000);
  (*spec.mutable_labels())["who"] = "me";
  spec.mutable_sampler()->set_beta_schedule(v1::BETA_SCHEDULE_SCALED_LINEAR);
  spec.mutable_sampler()->set_context_frames(12);
  spec.mutable_sampler()->set_context_overlap(3);
  spec.mutable_sampler()->set_noise_mode(v1::NOISE_MODE_SHARED);
  start.mutable_inputs()->mutable_reference()->set_bytes(77);
  start.mutable_inputs()->mutable_reference()->set_sha256(std::string(32, 'h'));

  const auto parsed = Parse(start);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const AnimationParameters& p = *parsed->spec.animation;
  EXPECT_EQ(p.width, 256);
  EXPECT_EQ(p.height, 384);
  EXPECT_EQ(p.num_frames, 3);
  EXPECT_EQ(p.fps, 12.5);
  EXPECT_EQ(p.num_inference_steps, 7);
  EXPECT_EQ(p.guidance_scale, 1.0);
  EXPECT_EQ(p.seed, 0u) << "a seed of zero is a choice, too";
  EXPECT_EQ(p.beta_schedule, BetaSchedule::kScaledLinear);
  EXPECT_EQ(p.context_frames, 12);
  EXPECT_EQ(p.context_overlap, 3);
  EXPECT_EQ(p.noise_mode, NoiseMode::kShared);
  EXPECT_EQ(parsed->spec.output_format, OutputFormat::kWebp);
  EXPECT_EQ(parsed->spec.quality, 55);
  EXPECT_EQ(parsed->spec.priority, Priority::kBatch);
  EXPECT_EQ(parsed->spec.queue_timeout, absl::Seconds(2));
  EXPECT_EQ(parsed->spec.execution_timeout, absl::Milliseconds(500));
  EXPECT_EQ(parsed->spec.labels.at("who"), "me");
  EXPECT_EQ(parsed->manifest.pose_kind, PoseKind::kImages);
  EXPECT_EQ(parsed->manifest.pose_items, 4u);
  EXPECT_EQ(parsed->manifest.total_bytes, 1000u);
  EXPECT_EQ(parsed->manifest.reference_bytes, 77u);
  EXPECT_EQ(parsed->manifest.reference_sha256, std::string(32, 'h'));
}

TEST(ParseStartTest, ShrinksTheModelsOverlapToAShorterWindow) {
  Start start = ValidStart();
  start.mutable_spec()->mutable_sampler()->set_context_frames(2);
  const auto parsed = Parse(start);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->spec.animation->context_overlap, 1);
}

TEST(ParseStartTest, TakesEachContextSchedule) {
  for (const auto& [sent, want, overlap] :
       {std::tuple{v1::CONTEXT_SCHEDULE_UNSPECIFIED, ContextSchedule::kClosed,
                   4},
        std::tuple{v1::CONTEXT_SCHEDULE_CLOSED, ContextSchedule::kClosed, 4},
        std::tuple{v1::CONTEXT_SCHEDULE_OPEN, ContextSchedule::kOpen, 4},
        std::tuple{v1::CONTEXT_SCHEDULE_EDGE, ContextSchedule::kEdge, 12}}) {
    Start start = ValidStart();
    start.mutable_spec()->mutable_sampler()->set_context_schedule(sent);
    const auto parsed = Parse(start);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->spec.animation->context_schedule, want);
    EXPECT_EQ(parsed->spec.animation->context_overlap, overlap);
  }
}

TEST(ParseStartTest, ChecksTheOverlapAgainstTheModelsWindow) {
  Start start = ValidStart();
  start.mutable_spec()->mutable_sampler()->set_context_overlap(24);
  EXPECT_EQ(Parse(start).status().code(), absl::StatusCode::kInvalidArgument);
}

struct BadStart {
  const char* name;
  std::function<void(Start&)> spoil;
  const char* field;
  const char* reason;
  absl::StatusCode code = absl::StatusCode::kInvalidArgument;
};

class ParseBadStartTest : public testing::TestWithParam<BadStart> {};

TEST_P(ParseBadStartTest, NamesFieldAndReason) {
  Start start = ValidStart();
  GetParam().spoil(start);
  const absl::Status status = Parse(start).status();
  EXPECT_EQ(status.code(), GetParam().code) << status;
  const auto details = GetErrorDetails(status);
  ASSERT_TRUE(details.has_value()) << status;
  EXPECT_EQ(details->reason, GetParam().reason);
  ASSERT_EQ(details->field_violations.size(), 1u);
  EXPECT_EQ(details->field_violations[0].field, GetParam().field);
}

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr uint32_t kHuge = std::numeric_limits<uint32_t>::max();

INSTANTIATE_TEST_SUITE_P(
    Spec, ParseBadStartTest,
    testing::Values(
        BadStart{"NoSpec", [](Start& s) { s.clear_spec(); }, "spec",
                 "INVALID_FIELD"},
        BadStart{"RequestId", [](Start& s) { s.set_request_id("not a uuid"); },
                 "request_id", "INVALID_FIELD"},
        BadStart{"OddWidth", [](Start& s) { s.mutable_spec()->set_width(500); },
                 "spec.width", "BAD_SIZE"},
        BadStart{"ZeroWidth", [](Start& s) { s.mutable_spec()->set_width(0); },
                 "spec.width", "LIMIT_EXCEEDED"},
        BadStart{"HugeHeight",
                 [](Start& s) { s.mutable_spec()->set_height(kHuge); },
                 "spec.height", "LIMIT_EXCEEDED"},
        BadStart{"TooManyPixels",
                 [](Start& s) {
                   s.mutable_spec()->set_width(2048);
                   s.mutable_spec()->set_height(2048);
                 },
                 "spec.width", "LIMIT_EXCEEDED"},
        BadStart{"NoFrames",
                 [](Start& s) { s.mutable_spec()->clear_frame_count(); },
                 "spec.frame_count", "LIMIT_EXCEEDED"},
        BadStart{"TooManyFrames",
                 [](Start& s) { s.mutable_spec()->set_frame_count(101); },
                 "spec.frame_count", "LIMIT_EXCEEDED"},
        BadStart{"ZeroFps", [](Start& s) { s.mutable_spec()->set_fps(0); },
                 "spec.fps", "LIMIT_EXCEEDED"},
        BadStart{"ZeroSteps", [](Start& s) { s.mutable_spec()->set_steps(0); },
                 "spec.steps", "LIMIT_EXCEEDED"},
        BadStart{"TooManySteps",
                 [](Start& s) { s.mutable_spec()->set_steps(1001); },
                 "spec.steps", "LIMIT_EXCEEDED"},
        BadStart{"NanGuidance",
                 [](Start& s) { s.mutable_spec()->set_guidance_scale(kNan); },
                 "spec.guidance_scale", "LIMIT_EXCEEDED"},
        BadStart{"Quality", [](Start& s) { s.mutable_spec()->set_quality(0); },
                 "spec.quality", "LIMIT_EXCEEDED"},
        BadStart{"OutputFormat",
                 [](Start& s) {
                   s.mutable_spec()->set_output_format(
                       static_cast<v1::OutputFormat>(99));
                 },
                 "spec.output_format", "INVALID_FIELD"},
        BadStart{"Priority",
                 [](Start& s) {
                   s.mutable_spec()->set_priority(
                       static_cast<v1::Priority>(99));
                 },
                 "spec.priority", "INVALID_FIELD"},
        BadStart{"ZeroQueueTimeout",
                 [](Start& s) { s.mutable_spec()->mutable_queue_timeout(); },
                 "spec.queue_timeout", "INVALID_FIELD"},
        BadStart{"NegativeExecutionTimeout",
                 [](Start& s) {
                   s.mutable_spec()->mutable_execution_timeout()->set_seconds(
                       -1);
                 },
                 "spec.execution_timeout", "INVALID_FIELD"},
        BadStart{"Ttl",
                 [](Start& s) {
                   s.mutable_spec()->mutable_ttl()->set_nanos(2'000'000'000);
                 },
                 "spec.ttl", "INVALID_FIELD"},
        BadStart{"TooManyLabels",
                 [](Start& s) {
                   for (int i = 0; i < 17; ++i) {
                     (*s.mutable_spec()->mutable_labels())[std::to_string(i)];
                   }
                 },
                 "spec.labels", "LIMIT_EXCEEDED"},
        BadStart{"LabelKey",
                 [](Start& s) { (*s.mutable_spec()->mutable_labels())[""]; },
                 "spec.labels", "LIMIT_EXCEEDED"},
        BadStart{"ContextFrames",
                 [](Start& s) {
                   s.mutable_spec()->mutable_sampler()->set_context_frames(33);
                 },
                 "spec.sampler.context_frames", "LIMIT_EXCEEDED"},
        BadStart{"BetaSchedule",
                 [](Start& s) {
                   s.mutable_spec()->mutable_sampler()->set_beta_schedule(
                       static_cast<v1::BetaSchedule>(99));
                 },
                 "spec.sampler.beta_schedule", "INVALID_FIELD"},
        BadStart{"ContextSchedule",
                 [](Start& s) {
                   s.mutable_spec()->mutable_sampler()->set_context_schedule(
                       static_cast<v1::ContextSchedule>(99));
                 },
                 "spec.sampler.context_schedule", "INVALID_FIELD"},
        BadStart{"Model",
                 [](Start& s) { s.mutable_spec()->set_model("other"); },
                 "spec.model", "MODEL_NOT_FOUND", absl::StatusCode::kNotFound}),
    [](const auto& param_info) { return param_info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Inputs, ParseBadStartTest,
    testing::Values(
        BadStart{"NoInputs", [](Start& s) { s.clear_inputs(); }, "inputs",
                 "INVALID_FIELD"},
        BadStart{"NoReference",
                 [](Start& s) { s.mutable_inputs()->clear_reference(); },
                 "inputs.reference", "INVALID_FIELD"},
        BadStart{"NoPoseKind",
                 [](Start& s) { s.mutable_inputs()->clear_pose_kind(); },
                 "inputs.pose_kind", "INVALID_FIELD"},
        BadStart{"NoPoses",
                 [](Start& s) { s.mutable_inputs()->set_pose_items(0); },
                 "inputs.pose_items", "POSE_COUNT_MISMATCH"},
        BadStart{"FewerPosesThanFrames",
                 [](Start& s) { s.mutable_inputs()->set_pose_items(3); },
                 "inputs.pose_items", "POSE_COUNT_MISMATCH"},
        BadStart{"TooManyPoses",
                 [](Start& s) { s.mutable_inputs()->set_pose_items(kHuge); },
                 "inputs.pose_items", "LIMIT_EXCEEDED"},
        BadStart{"TwoClips",
                 [](Start& s) {
                   s.mutable_inputs()->set_pose_kind(v1::POSE_KIND_VIDEO);
                   s.mutable_inputs()->set_pose_items(2);
                 },
                 "inputs.pose_items", "POSE_COUNT_MISMATCH"},
        BadStart{"NoBytes",
                 [](Start& s) { s.mutable_inputs()->clear_total_bytes(); },
                 "inputs.total_bytes", "LIMIT_EXCEEDED"},
        BadStart{"TooManyBytes",
                 [](Start& s) {
                   s.mutable_inputs()->set_total_bytes(
                       std::numeric_limits<uint64_t>::max());
                 },
                 "inputs.total_bytes", "LIMIT_EXCEEDED"},
        BadStart{"ReferenceLargerThanTotal",
                 [](Start& s) {
                   s.mutable_inputs()->mutable_reference()->set_bytes(1001);
                 },
                 "inputs.reference.bytes", "INVALID_FIELD"},
        BadStart{"Sha256",
                 [](Start& s) {
                   s.mutable_inputs()->mutable_reference()->set_sha256("short");
                 },
                 "inputs.reference.sha256", "INVALID_FIELD"}),
    [](const auto& param_info) { return param_info.param.name; });

constexpr absl::StatusCode kUnimplemented = absl::StatusCode::kUnimplemented;

INSTANTIATE_TEST_SUITE_P(
    Capabilities, ParseBadStartTest,
    testing::Values(
        BadStart{"DrivingVideo",
                 [](Start& s) {
                   s.mutable_inputs()->set_pose_kind(
                       v1::POSE_KIND_DRIVING_VIDEO);
                 },
                 "inputs.pose_kind", "POSE_KIND_UNSUPPORTED", kUnimplemented},
        BadStart{"OnDisconnect",
                 [](Start& s) {
                   s.mutable_spec()->set_on_disconnect(v1::OnDisconnect(99));
                 },
                 "spec.on_disconnect", "INVALID_FIELD"},
        BadStart{"DisconnectGrace",
                 [](Start& s) {
                   s.mutable_spec()->mutable_disconnect_grace()->set_seconds(
                       3601);
                 },
                 "spec.disconnect_grace", "LIMIT_EXCEEDED"},
        BadStart{"NegativeDisconnectGrace",
                 [](Start& s) {
                   s.mutable_spec()->mutable_disconnect_grace()->set_seconds(
                       -1);
                 },
                 "spec.disconnect_grace", "LIMIT_EXCEEDED"},
        BadStart{"Preview",
                 [](Start& s) { s.mutable_spec()->mutable_preview(); },
                 "spec.preview", "CAPABILITY_UNSUPPORTED", kUnimplemented},
        BadStart{"ReferencePoseThatNobodyCanFind",
                 [](Start& s) {
                   s.mutable_spec()->mutable_retarget()->set_mode(
                       v1::RetargetOptions::MODE_SIMILARITY);
                 },
                 "spec.retarget.reference_pose", "POSE_DETECTOR_MISSING",
                 absl::StatusCode::kFailedPrecondition}),
    [](const auto& param_info) { return param_info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Poses, ParseBadStartTest,
    testing::Values(
        BadStart{"TwoSequences",
                 [](Start& s) {
                   s.mutable_inputs()->set_pose_kind(v1::POSE_KIND_KEYPOINTS);
                   s.mutable_inputs()->set_pose_items(2);
                 },
                 "inputs.pose_items", "POSE_COUNT_MISMATCH"},
        BadStart{"ChannelsOfKeypoints",
                 [](Start& s) {
                   s.mutable_inputs()->set_pose_kind(v1::POSE_KIND_KEYPOINTS);
                   s.mutable_inputs()->set_pose_items(1);
                   s.mutable_inputs()->set_channel_order(
                       v1::CHANNEL_ORDER_AUTO);
                 },
                 "inputs.channel_order", "INVALID_FIELD"},
        BadStart{"ChannelOrder",
                 [](Start& s) {
                   s.mutable_inputs()->set_channel_order(
                       static_cast<v1::ChannelOrder>(99));
                 },
                 "inputs.channel_order", "INVALID_FIELD"},
        BadStart{"AnchorFrame",
                 [](Start& s) {
                   s.mutable_spec()->mutable_retarget()->set_anchor_frame(4);
                 },
                 "spec.retarget.anchor_frame", "LIMIT_EXCEEDED"}),
    [](const auto& param_info) { return param_info.param.name; });

TEST(ParseListJobsTest, HasDefaultsAndClampsThePage) {
  v1::ListJobsRequest request;
  EXPECT_EQ(ParseListJobs(request)->page_size, 50);
  EXPECT_FALSE(ParseListJobs(request)->state.has_value());
  request.set_page_size(kHuge);
  request.set_page_token("next");
  EXPECT_EQ(ParseListJobs(request)->page_size, 1000);
  EXPECT_EQ(ParseListJobs(request)->page_token, "next");
}

TEST(ParseListJobsTest, FiltersByState) {
  v1::ListJobsRequest request;
  for (const char* filter : {"state = RUNNING", "state=RUNNING"}) {
    request.set_filter(filter);
    const auto options = ParseListJobs(request);
    ASSERT_TRUE(options.ok()) << options.status();
    EXPECT_EQ(options->state, JobState::kRunning);
  }
  for (const char* filter :
       {"state = SLEEPING", "name = x", "RUNNING", "state = UNSPECIFIED"}) {
    request.set_filter(filter);
    EXPECT_EQ(ParseListJobs(request).status().code(),
              absl::StatusCode::kInvalidArgument)
        << filter;
  }
}

TEST(RandomSeedTest, Varies) { EXPECT_NE(RandomSeed(), RandomSeed()); }

}  // namespace
}  // namespace animate
