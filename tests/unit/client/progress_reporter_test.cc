#include "client/progress_reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/support/fake_clock.h"

namespace animate {
namespace {

using testing::HasSubstr;
using testing::Not;
using Style = ProgressReporter::Style;

v1::Progress Denoising(uint32_t step) {
  v1::Progress progress;
  progress.set_stage(v1::STAGE_DENOISING);
  progress.set_step(step);
  progress.set_steps(10);
  progress.mutable_eta()->set_seconds(72);
  return progress;
}

TEST(ProgressReporterTest, ATerminalGetsOneLineWithStageStepAndEta) {
  std::ostringstream out;
  FakeClock clock;
  ProgressReporter progress(out, Style::kTerminal, clock);
  progress.Progress(Denoising(5));
  EXPECT_THAT(out.str(), HasSubstr("denoising"));
  EXPECT_THAT(out.str(), HasSubstr("[############------------]"));
  EXPECT_THAT(out.str(), HasSubstr("step 5/10"));
  EXPECT_THAT(out.str(), HasSubstr("ETA 1:12"));
  EXPECT_THAT(out.str(), Not(HasSubstr("\n")));
  progress.Finish();
  progress.Finish();
  EXPECT_EQ(out.str().find('\n'), out.str().size() - 1);
}

TEST(ProgressReporterTest, ALogGetsALinePerStageAndThenOneEveryFiveSeconds) {
  std::ostringstream out;
  FakeClock clock;
  ProgressReporter progress(out, Style::kPlain, clock);
  const auto lines = [&out] {
    const std::string text = out.str();
    return std::count(text.begin(), text.end(), '\n');
  };
  progress.Upload(1, 2);
  progress.Progress(Denoising(1));
  EXPECT_EQ(lines(), 2);
  progress.Progress(Denoising(2));
  EXPECT_EQ(lines(), 2);
  clock.Advance(absl::Seconds(6));
  progress.Progress(Denoising(3));
  EXPECT_EQ(lines(), 3);
  EXPECT_THAT(out.str(), Not(HasSubstr("\x1b")));
  EXPECT_THAT(out.str(), Not(HasSubstr("\r")));
}

TEST(ProgressReporterTest, TheLastStepIsAlwaysShownAndHasNoEta) {
  std::ostringstream out;
  FakeClock clock;
  ProgressReporter progress(out, Style::kPlain, clock);
  progress.Progress(Denoising(9));
  out.str("");
  progress.Progress(Denoising(10));
  EXPECT_THAT(out.str(), HasSubstr("100 %"));
  EXPECT_THAT(out.str(), Not(HasSubstr("ETA")));
}

TEST(ProgressReporterTest, ShowsThePlaceInTheQueueAndFramesDone) {
  std::ostringstream out;
  FakeClock clock;
  ProgressReporter progress(out, Style::kPlain, clock);
  v1::Progress message;
  message.set_stage(v1::STAGE_QUEUED);
  message.set_queue_position(3);
  progress.Progress(message);
  message.set_stage(v1::STAGE_PREPARING);
  progress.Progress(message);
  message.set_stage(v1::STAGE_DECODING);
  message.set_frames_done(2);
  message.set_frames_total(8);
  progress.Progress(message);
  EXPECT_THAT(out.str(), HasSubstr("place 3 in the queue"));
  EXPECT_THAT(out.str(), HasSubstr("preparing"));
  EXPECT_THAT(out.str(), HasSubstr("frame 2/8"));
}

TEST(ProgressReporterTest, ANoteEndsTheBarFirst) {
  std::ostringstream out;
  FakeClock clock;
  ProgressReporter progress(out, Style::kTerminal, clock);
  progress.Progress(Denoising(1));
  progress.Note("hello");
  EXPECT_THAT(out.str(), HasSubstr("\nhello\n"));
}

TEST(ProgressReporterTest, SilentSaysNothing) {
  std::ostringstream out;
  ProgressReporter progress(out, Style::kSilent);
  progress.Upload(1, 2);
  progress.Progress(Denoising(1));
  progress.Note("hello");
  progress.Finish();
  EXPECT_EQ(out.str(), "");
}

TEST(FormatClockTest, WritesMinutesAndHours) {
  EXPECT_EQ(FormatClock(absl::Seconds(7)), "0:07");
  EXPECT_EQ(FormatClock(absl::Seconds(754)), "12:34");
  EXPECT_EQ(FormatClock(absl::Seconds(3723)), "1:02:03");
  EXPECT_EQ(FormatClock(absl::Seconds(-1)), "0:00");
}

}  // namespace
}  // namespace animate
