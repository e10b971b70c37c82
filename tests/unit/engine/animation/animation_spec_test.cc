#include "engine/animation/animation_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "engine/base/error.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

AnimationParameters Valid() {
  AnimationParameters parameters;
  parameters.width = 512;
  parameters.height = 768;
  parameters.num_frames = 24;
  return parameters;
}

// The status of a valid request after `change`.
absl::Status StatusAfter(
    const std::function<void(AnimationParameters&)>& change,
    const Limits& limits = {}) {
  AnimationParameters parameters = Valid();
  change(parameters);
  return AnimationSpec::Create(parameters, limits).status();
}

void ExpectRejected(const std::function<void(AnimationParameters&)>& change,
                    const std::string& field, const std::string& reason,
                    const Limits& limits = {}) {
  const absl::Status status = StatusAfter(change, limits);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << field;
  const std::optional<ErrorDetails> details = GetErrorDetails(status);
  ASSERT_TRUE(details.has_value()) << status;
  EXPECT_EQ(details->reason, reason);
  ASSERT_EQ(details->field_violations.size(), 1u);
  EXPECT_EQ(details->field_violations[0].field, field);
}

TEST(AnimationSpecTest, HoldsAValidRequest) {
  const absl::StatusOr<AnimationSpec> spec =
      AnimationSpec::Create(Valid(), Limits());
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ((*spec)->height, 768);
  EXPECT_EQ((**spec).num_frames, 24);
}

TEST(AnimationSpecTest, RejectsSidesOutOfRange) {
  for (const int side : {-8, 0, 56, 2056}) {
    ExpectRejected([&](auto& p) { p.width = side; }, "spec.width",
                   "LIMIT_EXCEEDED");
    ExpectRejected([&](auto& p) { p.height = side; }, "spec.height",
                   "LIMIT_EXCEEDED");
  }
}

TEST(AnimationSpecTest, RejectsSidesThatAreNoMultiple) {
  ExpectRejected([](auto& p) { p.width = 513; }, "spec.width", "BAD_SIZE");
  ExpectRejected([](auto& p) { p.height = 770; }, "spec.height", "BAD_SIZE");
  const absl::Status status = StatusAfter([](auto& p) { p.width = 513; });
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("multiple of 8, got 513"));
}

TEST(AnimationSpecTest, RejectsTooManyPixels) {
  Limits limits;
  limits.max_pixels = 512 * 768;
  EXPECT_TRUE(StatusAfter([](auto&) {}, limits).ok());
  ExpectRejected([](auto& p) { p.width = 520; }, "spec.width", "LIMIT_EXCEEDED",
                 limits);
}

TEST(AnimationSpecTest, RejectsFrameCountsOutOfRange) {
  for (const int frames : {-1, 0, 1025}) {
    ExpectRejected([&](auto& p) { p.num_frames = frames; }, "spec.frame_count",
                   "LIMIT_EXCEEDED");
  }
  EXPECT_TRUE(StatusAfter([](auto& p) { p.num_frames = 1024; }).ok());
  EXPECT_TRUE(StatusAfter([](auto& p) { p.num_frames = 1; }).ok());
}

TEST(AnimationSpecTest, RejectsFrameRatesOutOfRange) {
  for (const double fps : {-1.0, 0.0, 240.5, std::nan(""),
                           std::numeric_limits<double>::infinity()}) {
    ExpectRejected([&](auto& p) { p.fps = fps; }, "spec.fps", "LIMIT_EXCEEDED");
  }
  EXPECT_TRUE(StatusAfter([](auto& p) { p.fps = 240.0; }).ok());
}

TEST(AnimationSpecTest, RejectsStepsOutOfRange) {
  for (const int steps : {-1, 0, 1001}) {
    ExpectRejected([&](auto& p) { p.num_inference_steps = steps; },
                   "spec.steps", "LIMIT_EXCEEDED");
  }
  EXPECT_TRUE(StatusAfter([](auto& p) { p.num_inference_steps = 1000; }).ok());
}

TEST(AnimationSpecTest, RejectsGuidanceOutOfRange) {
  for (const double guidance :
       {-0.1, 30.1, std::nan(""), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()}) {
    ExpectRejected([&](auto& p) { p.guidance_scale = guidance; },
                   "spec.guidance_scale", "LIMIT_EXCEEDED");
  }
  EXPECT_THAT(std::string(StatusAfter([](auto& p) {
                            p.guidance_scale = std::nan("");
                          }).message()),
              HasSubstr("got NaN"));
}

TEST(AnimationSpecTest, RejectsContextsOutOfRange) {
  for (const int frames : {-1, 0, 33}) {
    ExpectRejected([&](auto& p) { p.context_frames = frames; },
                   "spec.sampler.context_frames", "LIMIT_EXCEEDED");
  }
  for (const int overlap : {-1, 16, 17}) {
    ExpectRejected(
        [&](auto& p) {
          p.context_frames = 16;
          p.context_overlap = overlap;
        },
        "spec.sampler.context_overlap", "LIMIT_EXCEEDED");
  }
  EXPECT_TRUE(StatusAfter([](auto& p) {
                p.context_frames = 16;
                p.context_overlap = 15;
              }).ok());
}

TEST(AnimationSpecTest, IsGuidedAboveOneOnly) {
  for (const auto& [scale, guided] :
       {std::pair{0.0, false}, {1.0, false}, {1.01, true}, {3.5, true}}) {
    AnimationParameters parameters = Valid();
    parameters.guidance_scale = scale;
    EXPECT_EQ(AnimationSpec::Create(parameters, Limits())->guided(), guided)
        << scale;
  }
}

}  // namespace
}  // namespace animate
