#include "tools/eval/shared_flags.h"

#include <gmock/gmock.h>

#include "absl/status/status.h"

namespace animate {
namespace {

TEST(SharedFlagsTest, FillWhatBothCommandsHave) {
  CLI::App app("test", "test");
  SharedFlags flags;
  AddSharedFlags(app, flags);
  EXPECT_EQ(flags.window(), SsimWindow::kUniform7);
  app.parse(
      "--json a.json --markdown a.md --ssim-window gaussian --lpips l --fvd f "
      "--fid-vid v --window-frames 8");
  EXPECT_EQ(flags.reports.json, "a.json");
  EXPECT_EQ(flags.reports.markdown, "a.md");
  EXPECT_EQ(flags.window(), SsimWindow::kGaussian11);
  EXPECT_EQ(flags.networks.lpips, "l");
  EXPECT_EQ(flags.networks.fvd, "f");
  EXPECT_EQ(flags.networks.fid_vid, "v");
  EXPECT_EQ(flags.networks.window_frames, 8);
}

TEST(SharedFlagsTest, AFailureIsALineOnStandardErrorAndExitCodeOne) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(ReportFailure("pairs", absl::NotFoundError("x: no such file")), 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "animate-eval pairs: x: no such file\n");
}

}  // namespace
}  // namespace animate
