#include "tools/train/progress_line.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace animate {
namespace {

constexpr absl::Duration kTerminalInterval = absl::Milliseconds(200);
constexpr absl::Duration kPlainInterval = absl::Minutes(1);
constexpr double kKeep = 0.98;  // of the averaged loss, at each step

// Without end before the speed is known.
absl::Duration TimeLeft(const TrainingProgress& progress) {
  if (progress.images_per_second <= 0.0) return absl::InfiniteDuration();
  const auto steps = static_cast<double>(
      std::max<int64_t>(0, progress.total_steps - progress.step));
  return absl::Seconds(steps * static_cast<double>(progress.images) /
                       progress.images_per_second);
}

}  // namespace

std::string FormatSpan(absl::Duration duration) {
  const int64_t seconds =
      std::max<int64_t>(0, std::llround(absl::ToDoubleSeconds(duration)));
  if (seconds >= 3600) {
    return absl::StrFormat("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60,
                           seconds % 60);
  }
  return absl::StrFormat("%d:%02d", seconds / 60, seconds % 60);
}

ProgressLine::ProgressLine(std::ostream& out, Style style, const Clock& clock)
    : out_(out), style_(style), clock_(clock) {}

void ProgressLine::Step(const TrainingProgress& progress) {
  if (std::isfinite(progress.loss)) {
    loss_sum_ = kKeep * loss_sum_ + progress.loss;
    loss_weight_ = kKeep * loss_weight_ + 1.0;
  }
  const absl::Duration now = clock_.Monotonic();
  const absl::Duration interval =
      style_ == Style::kTerminal ? kTerminalInterval : kPlainInterval;
  const bool last = progress.step >= progress.total_steps;
  if (!last && now - last_shown_ < interval) return;
  last_shown_ = now;
  std::string line =
      absl::StrCat("step ", progress.step, "/", progress.total_steps);
  if (loss_weight_ > 0.0) {
    absl::StrAppend(&line,
                    absl::StrFormat("  loss %.4g", loss_sum_ / loss_weight_));
  }
  if (progress.images_per_second > 0.0) {
    absl::StrAppend(
        &line, absl::StrFormat("  %.1f images/s", progress.images_per_second),
        last ? "" : absl::StrCat("  ETA ", FormatSpan(TimeLeft(progress))));
  }
  if (progress.skipped_sources > 0) {
    absl::StrAppend(&line, "  ", progress.skipped_sources, " unreadable files");
  }
  if (style_ == Style::kPlain) {
    out_ << line << std::endl;
    return;
  }
  // Back to the first column, and away with what was longer.
  out_ << "\r" << line << "\x1b[K" << std::flush;
  line_open_ = true;
}

void ProgressLine::Note(absl::string_view text) {
  Finish();
  out_ << text << std::endl;
}

void ProgressLine::Finish() {
  if (line_open_) out_ << std::endl;
  line_open_ = false;
}

}  // namespace animate
