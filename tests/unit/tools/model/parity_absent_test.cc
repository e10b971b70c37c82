#include <gmock/gmock.h>

#include <string>

#include "tools/model/parity_command.h"

namespace animate {
namespace {

using ::testing::HasSubstr;
using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

TEST(ParityAbsentTest, SaysWhichBuildHasItAndFails) {
  CLI::App app;
  int exit_code = 0;
  AddParityCommand(app, exit_code);
  CaptureStderr();
  app.parse("parity --model-dir folder --golden other");
  EXPECT_THAT(GetCapturedStderr(), HasSubstr("ANIMATE_BUILD_MEDIA=ON"));
  EXPECT_EQ(exit_code, 1);
}

}  // namespace
}  // namespace animate
