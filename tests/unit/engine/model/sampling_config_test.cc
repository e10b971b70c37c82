#include "engine/model/sampling_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"

namespace animate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(SamplingConfigTest, AFileThatIsSilentLeavesEverythingOpen) {
  for (const char* json : {"{}", R"({"sampling": {}})", R"({"sampling": null})",
                           R"({"unet_additional_kwargs": {}})"}) {
    const absl::StatusOr<SamplingConfig> config =
        ParseSamplingConfig(json, "topology.json");
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_FALSE(config->num_inference_steps.has_value());
    EXPECT_FALSE(config->guidance_scale.has_value());
    EXPECT_FALSE(config->noise.has_value());
    EXPECT_FALSE(config->context_schedule.has_value());
    EXPECT_FALSE(config->context_frames.has_value());
    EXPECT_FALSE(config->context_overlap.has_value());
    EXPECT_FALSE(config->beta_schedule.has_value());
    EXPECT_FALSE(config->width.has_value());
    EXPECT_FALSE(config->height.has_value());
  }
}

TEST(SamplingConfigTest, ReadsEveryKey) {
  const absl::StatusOr<SamplingConfig> config = ParseSamplingConfig(
      R"({"sampling": {"num_inference_steps": 2, "guidance_scale": 1,
          "noise": "shared", "context_schedule": "open", "context_frames": 16,
          "context_overlap": 0, "beta_schedule": "scaled_linear",
          "width": 96, "height": 144}})",
      "topology.json");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->num_inference_steps, 2);
  EXPECT_EQ(config->guidance_scale, 1.0);
  EXPECT_EQ(config->noise, "shared");
  EXPECT_EQ(config->context_schedule, "open");
  EXPECT_EQ(config->context_frames, 16);
  EXPECT_EQ(config->context_overlap, 0);
  EXPECT_EQ(config->beta_schedule, "scaled_linear");
  EXPECT_EQ(config->width, 96);
  EXPECT_EQ(config->height, 144);
}

TEST(SamplingConfigTest, RefusesByFileKeyAndValue) {
  const struct {
    const char* sampling;
    const char* key;
    const char* value;
  } cases[] = {
      {R"(7)", "sampling", "object"},
      {R"({"steps": 2})", "\"steps\"", "num_inference_steps"},
      {R"({"num_inference_steps": 0})", "num_inference_steps", "0"},
      {R"({"num_inference_steps": 1.5})", "num_inference_steps", "1.5"},
      {R"({"guidance_scale": "high"})", "guidance_scale", "high"},
      {R"({"guidance_scale": -1})", "guidance_scale", "-1"},
      {R"({"guidance_scale": 101})", "guidance_scale", "101"},
      {R"({"noise": "white"})", "noise", "white"},
      {R"({"context_schedule": "uniform"})", "context_schedule", "uniform"},
      {R"({"context_frames": 0})", "context_frames", "0"},
      {R"({"context_overlap": -1})", "context_overlap", "-1"},
      {R"({"context_overlap": 8, "context_frames": 8})", "context_overlap",
       "8"},
      {R"({"context_overlap": 4, "context_schedule": "edge"})",
       "context_overlap", "edge"},
      {R"({"beta_schedule": "cosine"})", "beta_schedule", "cosine"},
      {R"({"width": 63, "height": 64})", "width", "63"},
      {R"({"width": 64, "height": "64"})", "height", "64"},
      {R"({"width": 64})", "width", "height"},
      {R"({"height": 64})", "width", "height"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.sampling);
    const absl::Status status =
        ParseSamplingConfig(absl::StrCat(R"({"sampling": )", c.sampling, "}"),
                            "some/topology.json")
            .status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(GetErrorReason(status), "UNSUPPORTED_MODEL_CONFIG");
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("some/topology.json"), HasSubstr(c.key),
                      HasSubstr(c.value)));
  }
}

TEST(CheckSamplingFitsTest, StepsAndSidesMustSuitTheNetworks) {
  const VaeConfig vae{.block_out_channels = {16, 32, 64, 96}};
  const NoiseSchedulerConfig scheduler{.num_train_timesteps = 500};
  const auto check = [&](const SamplingConfig& sampling) {
    return std::string(
        CheckSamplingFits(sampling, vae, scheduler, "t.json").message());
  };
  EXPECT_EQ(check({}), "");
  EXPECT_EQ(check({.num_inference_steps = 500, .width = 96, .height = 144}),
            "");
  EXPECT_THAT(check({.num_inference_steps = 501}),
              AllOf(HasSubstr("t.json: sampling: num_inference_steps"),
                    HasSubstr("500"), HasSubstr("501")));
  EXPECT_THAT(check({.width = 96, .height = 148}),
              AllOf(HasSubstr("multiples of 8"), HasSubstr("148")));
}

}  // namespace
}  // namespace animate
