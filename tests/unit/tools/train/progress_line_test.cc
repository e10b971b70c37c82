#include "tools/train/progress_line.h"

#include <gtest/gtest.h>

#include <limits>
#include <sstream>

#include "tests/support/fake_clock.h"

namespace animate {
namespace {

TrainingProgress At(int64_t step, double loss, double images_per_second = 8) {
  return {.step = step,
          .total_steps = 1000,
          .loss = loss,
          .images = 4,
          .images_per_second = images_per_second};
}

TEST(ProgressLineTest, APlainLineAMinute) {
  std::ostringstream out;
  FakeClock clock;
  ProgressLine line(out, ProgressLine::Style::kPlain, clock);
  line.Step(At(1, 0.5));
  clock.Advance(absl::Seconds(59));
  line.Step(At(2, 0.5));
  clock.Advance(absl::Seconds(1));
  line.Step(At(3, 0.5));
  line.Step(At(1000, 0.5));
  EXPECT_EQ(out.str(),
            "step 1/1000  loss 0.5  8.0 images/s  ETA 8:20\n"
            "step 3/1000  loss 0.5  8.0 images/s  ETA 8:19\n"
            "step 1000/1000  loss 0.5  8.0 images/s\n");
}

TEST(ProgressLineTest, ATerminalsLineIsDrawnOver) {
  std::ostringstream out;
  FakeClock clock;
  ProgressLine line(out, ProgressLine::Style::kTerminal, clock);
  line.Step(At(1, 0.5, 0));
  clock.Advance(absl::Milliseconds(100));
  line.Step(At(2, 0.5));
  clock.Advance(absl::Milliseconds(100));
  line.Step(At(3, 0.5));
  line.Note("saved");
  line.Finish();
  EXPECT_EQ(out.str(),
            "\rstep 1/1000  loss 0.5\x1b[K"
            "\rstep 3/1000  loss 0.5  8.0 images/s  ETA 8:19\x1b[K\n"
            "saved\n");
}

TEST(ProgressLineTest, AveragesTheLossAndPassesOverWhatIsNoNumber) {
  std::ostringstream out;
  FakeClock clock;
  ProgressLine line(out, ProgressLine::Style::kPlain, clock);
  line.Step(At(1, std::numeric_limits<double>::quiet_NaN()));
  line.Step(At(2, 1.0));
  clock.Advance(absl::Minutes(1));
  line.Step(At(3, 3.0));
  EXPECT_EQ(out.str(),
            "step 1/1000  8.0 images/s  ETA 8:20\n"
            "step 3/1000  loss 2.01  8.0 images/s  ETA 8:19\n");
}

TEST(ProgressLineTest, TellsOfFilesThatCannotBeRead) {
  std::ostringstream out;
  FakeClock clock;
  ProgressLine line(out, ProgressLine::Style::kPlain, clock);
  TrainingProgress progress = At(1, 0.5);
  progress.skipped_sources = 2;
  line.Step(progress);
  EXPECT_EQ(out.str(),
            "step 1/1000  loss 0.5  8.0 images/s  ETA 8:20  "
            "2 unreadable files\n");
}

TEST(FormatSpanTest, IsThatOfAClock) {
  EXPECT_EQ(FormatSpan(absl::Seconds(7)), "0:07");
  EXPECT_EQ(FormatSpan(absl::Seconds(754)), "12:34");
  EXPECT_EQ(FormatSpan(absl::Seconds(3723)), "1:02:03");
  EXPECT_EQ(FormatSpan(absl::Seconds(-1)), "0:00");
}

}  // namespace
}  // namespace animate
