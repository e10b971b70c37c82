#include "server/queue/job_codec.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "gtest/gtest.h"
#include "tests/support/job_specs.h"

namespace animate {
namespace {

constexpr int kRounds = 200;

// Draws values of every field, the edges of their ranges included.
class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  int Int(int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(engine_);
  }
  bool Coin() { return Int(0, 1) == 1; }
  double Real(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(engine_);
  }
  uint64_t Bits() { return engine_(); }
  std::string Text(int max_size) {
    std::string text;
    for (int left = Int(0, max_size); left > 0; --left) {
      text.push_back(static_cast<char>(Int(-128, 127)));
    }
    return text;
  }
  absl::Duration Timeout() {
    return Int(0, 3) == 0
               ? absl::InfiniteDuration()
               : absl::Nanoseconds(static_cast<int64_t>(Real(1, 1e15)));
  }
  PersonPose Person() {
    PersonPose person;
    ForEachKeypoint(person, [this](Keypoint& keypoint) {
      keypoint = {Real(-10, 5000), Real(-10, 5000), Real(0, 1)};
    });
    return person;
  }

 private:
  std::mt19937_64 engine_;
};

AnimationSpec RandomAnimation(Dice& dice) {
  AnimationParameters p;
  p.width = 8 * dice.Int(8, 100);
  p.height = 8 * dice.Int(8, 100);
  p.num_frames = dice.Int(1, 1024);
  p.fps = dice.Real(0.1, 240);
  p.num_inference_steps = dice.Int(1, 1000);
  p.guidance_scale = dice.Real(0, 30);
  p.seed = dice.Bits();
  if (dice.Coin()) p.beta_schedule = BetaSchedule::kScaledLinear;
  if (dice.Coin()) p.context_frames = dice.Int(2, 32);
  if (dice.Coin()) p.context_overlap = dice.Int(0, 1);
  if (dice.Coin()) p.context_schedule = ContextSchedule::kEdge;
  if (dice.Coin()) p.noise_mode = NoiseMode::kShared;
  return *AnimationSpec::Create(p, Limits());
}

RetargetSpec RandomRetarget(Dice& dice) {
  RetargetSpec retarget;
  retarget.options.mode = static_cast<RetargetMode>(dice.Int(0, 3));
  if (dice.Coin()) retarget.options.anchor_frame = dice.Bits();
  retarget.options.ground_lock = dice.Coin();
  retarget.options.confidence_threshold = dice.Real(0, 1);
  retarget.options.clamps = {.limb = dice.Real(1, 4),
                             .width = dice.Real(1, 4),
                             .neck = dice.Real(1, 4),
                             .head = dice.Real(1, 4),
                             .hand = dice.Real(1, 4),
                             .foot = dice.Real(1, 4)};
  retarget.mode_named = dice.Coin();
  if (dice.Coin()) retarget.reference_pose = dice.Person();
  retarget.reference_normalized = dice.Coin();
  return retarget;
}

JobSpec RandomSpec(Dice& dice) {
  JobSpec spec{.animation = RandomAnimation(dice)};
  spec.output_format = static_cast<OutputFormat>(dice.Int(0, 3));
  spec.quality = dice.Int(1, 100);
  spec.priority = static_cast<Priority>(dice.Int(0, 2));
  spec.queue_timeout = dice.Timeout();
  spec.execution_timeout = dice.Timeout();
  spec.on_disconnect = static_cast<OnDisconnect>(dice.Int(0, 1));
  spec.disconnect_grace =
      absl::Nanoseconds(static_cast<int64_t>(dice.Real(0, 1e12)));
  spec.ttl = dice.Timeout();
  for (int i = dice.Int(0, 16); i > 0; --i) {
    spec.labels[dice.Text(20)] = dice.Text(20);
  }
  spec.model = dice.Text(30);
  if (dice.Coin()) spec.retarget = RandomRetarget(dice);
  return spec;
}

void ExpectSameAnimation(const AnimationParameters& a,
                         const AnimationParameters& b) {
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.height, b.height);
  EXPECT_EQ(a.num_frames, b.num_frames);
  EXPECT_EQ(a.fps, b.fps);
  EXPECT_EQ(a.num_inference_steps, b.num_inference_steps);
  EXPECT_EQ(a.guidance_scale, b.guidance_scale);
  EXPECT_EQ(a.seed, b.seed);
  EXPECT_EQ(a.beta_schedule, b.beta_schedule);
  EXPECT_EQ(a.context_frames, b.context_frames);
  EXPECT_EQ(a.context_overlap, b.context_overlap);
  EXPECT_EQ(a.context_schedule, b.context_schedule);
  EXPECT_EQ(a.noise_mode, b.noise_mode);
}

void ExpectSameRetarget(const RetargetSpec& a, const RetargetSpec& b) {
  EXPECT_EQ(a.options.mode, b.options.mode);
  EXPECT_EQ(a.options.anchor_frame, b.options.anchor_frame);
  EXPECT_EQ(a.options.ground_lock, b.options.ground_lock);
  EXPECT_EQ(a.options.confidence_threshold, b.options.confidence_threshold);
  EXPECT_EQ(a.options.clamps.limb, b.options.clamps.limb);
  EXPECT_EQ(a.options.clamps.width, b.options.clamps.width);
  EXPECT_EQ(a.options.clamps.neck, b.options.clamps.neck);
  EXPECT_EQ(a.options.clamps.head, b.options.clamps.head);
  EXPECT_EQ(a.options.clamps.hand, b.options.clamps.hand);
  EXPECT_EQ(a.options.clamps.foot, b.options.clamps.foot);
  EXPECT_EQ(a.mode_named, b.mode_named);
  EXPECT_EQ(a.reference_pose, b.reference_pose);
  EXPECT_EQ(a.reference_normalized, b.reference_normalized);
}

void ExpectCorrupt(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(GetErrorReason(status), "STORE_CORRUPT");
}

TEST(JobCodecTest, EverySpecComesBackAsItWas) {
  Dice dice(1);
  for (int round = 0; round < kRounds; ++round) {
    const JobSpec spec = RandomSpec(dice);
    const auto back = DecodeJobSpec(EncodeJobSpec(spec));
    ASSERT_TRUE(back.ok()) << back.status();
    ExpectSameAnimation(*spec.animation, *back->animation);
    EXPECT_EQ(spec.output_format, back->output_format);
    EXPECT_EQ(spec.quality, back->quality);
    EXPECT_EQ(spec.priority, back->priority);
    EXPECT_EQ(spec.queue_timeout, back->queue_timeout);
    EXPECT_EQ(spec.execution_timeout, back->execution_timeout);
    EXPECT_EQ(spec.on_disconnect, back->on_disconnect);
    EXPECT_EQ(spec.disconnect_grace, back->disconnect_grace);
    EXPECT_EQ(spec.ttl, back->ttl);
    EXPECT_EQ(spec.labels, back->labels);
    EXPECT_EQ(spec.model, back->model);
    ASSERT_EQ(spec.retarget.has_value(), back->retarget.has_value());
    if (spec.retarget.has_value()) {
      ExpectSameRetarget(*spec.retarget, *back->retarget);
    }
  }
}

TEST(JobCodecTest, EveryInputComesBackAsItWas) {
  Dice dice(2);
  for (int round = 0; round < kRounds; ++round) {
    EncodedInputs inputs;
    inputs.reference = dice.Text(1000);
    inputs.pose_kind = static_cast<PoseKind>(dice.Int(0, 3));
    inputs.channels = static_cast<SkeletonChannels>(dice.Int(0, 2));
    for (int i = dice.Int(0, 5); i > 0; --i) {
      inputs.poses.push_back(dice.Text(500));
    }
    inputs.keypoints.width = dice.Int(0, 8192);
    inputs.keypoints.height = dice.Int(0, 8192);
    inputs.keypoints.fps = dice.Real(0, 100);
    for (int i = dice.Int(0, 4); i > 0; --i) {
      inputs.keypoints.frames.push_back(dice.Person());
    }
    const auto back = UnpackInputs(PackInputs(inputs));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(back->reference, inputs.reference);
    EXPECT_EQ(back->pose_kind, inputs.pose_kind);
    EXPECT_EQ(back->channels, inputs.channels);
    EXPECT_EQ(back->poses, inputs.poses);
    EXPECT_EQ(back->keypoints, inputs.keypoints);
  }
}

TEST(JobCodecTest, AReportComesBackAsItWas) {
  RetargetOutcome outcome;
  outcome.mode = RetargetMode::kSimilarity;
  outcome.reference_detected = true;
  outcome.report.global_scale = 1.25;
  outcome.report.ratio = {{"arm", 0.5}, {"leg", 2.0}};
  outcome.report.clamped = {"leg"};
  outcome.report.root = "mid_hip";
  outcome.report.anchor_frame = 7;
  outcome.report.ground_locked = true;
  outcome.report.outside = 0.125;
  outcome.report.warnings = {"one.", "two."};
  const auto back = DecodeRetargetOutcome(EncodeRetargetOutcome(outcome));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->mode, outcome.mode);
  EXPECT_EQ(back->reference_detected, outcome.reference_detected);
  EXPECT_EQ(back->report.global_scale, outcome.report.global_scale);
  EXPECT_EQ(back->report.ratio, outcome.report.ratio);
  EXPECT_EQ(back->report.clamped, outcome.report.clamped);
  EXPECT_EQ(back->report.root, outcome.report.root);
  EXPECT_EQ(back->report.anchor_frame, outcome.report.anchor_frame);
  EXPECT_EQ(back->report.ground_locked, outcome.report.ground_locked);
  EXPECT_EQ(back->report.outside, outcome.report.outside);
  EXPECT_EQ(back->report.warnings, outcome.report.warnings);
}

TEST(JobCodecTest, ASpecBeyondTodaysLimitsCanBeRead) {
  AnimationParameters p;
  p.width = p.height = 4096;
  p.num_frames = 5000;
  Limits generous;
  generous.max_side = 4096;
  generous.max_pixels = int64_t{4096} * 4096;
  generous.max_frames = 5000;
  const JobSpec spec{.animation = *AnimationSpec::Create(p, generous)};
  const auto back = DecodeJobSpec(EncodeJobSpec(spec));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->animation->num_frames, 5000);
}

TEST(JobCodecTest, RefusesFormatsOfNewerBuilds) {
  std::string spec = EncodeJobSpec(SmallJobSpec());
  StoredInputs inputs = PackInputs(EncodedInputs());
  std::string report = EncodeRetargetOutcome(RetargetOutcome());
  spec[0] = inputs[0][0] = report[0] = 99;
  for (const absl::Status& status :
       {DecodeJobSpec(spec).status(), UnpackInputs(inputs).status(),
        DecodeRetargetOutcome(report).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(GetErrorReason(status), "STORE_TOO_NEW");
  }
}

TEST(JobCodecTest, RefusesWhatWasCutShortOrLengthened) {
  Dice dice(3);
  const std::string spec = EncodeJobSpec(RandomSpec(dice));
  for (size_t size = 0; size < spec.size(); ++size) {
    ExpectCorrupt(
        DecodeJobSpec(absl::string_view(spec).substr(0, size)).status());
  }
  ExpectCorrupt(DecodeJobSpec(spec + "x").status());
  ExpectCorrupt(UnpackInputs({}).status());
  ExpectCorrupt(UnpackInputs({PackInputs(EncodedInputs())[0]}).status());
}

TEST(JobCodecTest, TakesAnyBytesWithoutHarm) {
  Dice dice(4);
  for (int round = 0; round < 20 * kRounds; ++round) {
    std::string spec = EncodeJobSpec(RandomSpec(dice));
    StoredInputs inputs = PackInputs(EncodedInputs());
    std::string report = EncodeRetargetOutcome(RetargetOutcome());
    for (std::string* bytes : {&spec, &inputs[0], &report}) {
      (*bytes)[dice.Bits() % bytes->size()] =
          static_cast<char>(dice.Int(-128, 127));
    }
    DecodeJobSpec(spec).IgnoreError();
    UnpackInputs(inputs).IgnoreError();
    DecodeRetargetOutcome(report).IgnoreError();
  }
}

}  // namespace
}  // namespace animate
