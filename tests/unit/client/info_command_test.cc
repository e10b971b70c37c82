#include "client/info_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "nlohmann/json.hpp"
#include "tests/unit/client/fake_animation_service.h"

namespace animate {
namespace {

using testing::HasSubstr;

v1::GetServerInfoResponse SomeInfo() {
  v1::GetServerInfoResponse info;
  info.mutable_versions()->set_server("1.2.3");
  info.mutable_limits()->set_max_frames(1024);
  info.mutable_limits()->set_size_multiple(8);
  info.add_pose_kinds(v1::POSE_KIND_IMAGES);
  info.add_pose_kinds(v1::POSE_KIND_VIDEO);
  info.add_output_formats(v1::OUTPUT_FORMAT_PNG);
  info.mutable_load()->set_jobs_waiting(3);
  v1::ModelInfo& model = *info.add_models();
  model.set_name("demo");
  model.set_parameters(2'500'000);
  model.set_device("cpu");
  model.set_dtype("float32");
  return info;
}

TEST(InfoTextTest, NamesModelLimitsKindsAndLoad) {
  const std::string text = InfoText(SomeInfo());
  EXPECT_THAT(text, HasSubstr("1.2.3"));
  EXPECT_THAT(text, HasSubstr("demo, 2.5 million parameters, float32 on cpu"));
  EXPECT_THAT(text, HasSubstr("at most 1024 frames"));
  EXPECT_THAT(text, HasSubstr("IMAGES, VIDEO"));
  EXPECT_THAT(text, HasSubstr("3 waiting"));
}

TEST(InfoTextTest, SaysHowTheModelIsSampled) {
  v1::GetServerInfoResponse info = SomeInfo();
  v1::ModelInfo& model = *info.mutable_models(0);
  model.set_steps(25);
  model.set_guidance_scale(3.5f);
  model.set_noise_mode(v1::NOISE_MODE_PER_FRAME);
  EXPECT_THAT(InfoText(info),
              HasSubstr("25 steps, guidance 3.5, per-frame noise\n"));
  model.set_noise_mode(v1::NOISE_MODE_SHARED);
  model.set_width(96);
  model.set_height(144);
  EXPECT_THAT(InfoText(info), HasSubstr("shared noise, 96x144 pixels\n"));
}

TEST(InfoTextTest, NamesTheDetector) {
  v1::GetServerInfoResponse info = SomeInfo();
  EXPECT_THAT(InfoText(info), testing::Not(HasSubstr("detector")));
  info.set_pose_detector("blazepose");
  EXPECT_THAT(InfoText(info), HasSubstr("detector blazepose\n"));
}

TEST(InfoTextTest, SaysWhenNoModelIsLoadedYet) {
  EXPECT_THAT(InfoText({}), HasSubstr("still loading"));
}

TEST(InfoCommandTest, PrintsTextOrJson) {
  FakeAnimationService service;
  service.info = SomeInfo();
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(Info({.server = service.address()}, {.out = out, .err = err}),
            ExitCode::kOk);
  EXPECT_THAT(out.str(), HasSubstr("demo"));
  out.str("");
  Info({.server = service.address(), .json = true}, {.out = out, .err = err});
  EXPECT_EQ(nlohmann::json::parse(out.str())["models"][0]["name"], "demo");
}

TEST(HealthCommandTest, ExitCodeFollowsTheServer) {
  FakeAnimationService service;
  std::ostringstream out;
  std::ostringstream err;
  const Console console{.out = out, .err = err};
  EXPECT_EQ(Health({.server = service.address()}, "", console), ExitCode::kOk);
  EXPECT_THAT(out.str(), HasSubstr("SERVING"));
  service.health = grpc::health::v1::HealthCheckResponse::NOT_SERVING;
  EXPECT_EQ(Health({.server = service.address()}, "", console),
            ExitCode::kUnavailable);
  EXPECT_EQ(Health({.server = "127.0.0.1:1"}, "", console),
            ExitCode::kUnavailable);
}

}  // namespace
}  // namespace animate
