#include "client/progress_reporter.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace animate {
namespace {

constexpr int kBarCells = 24;
// A terminal need not be redrawn faster than the eye reads.
constexpr absl::Duration kTerminalInterval = absl::Milliseconds(80);
constexpr absl::Duration kPlainInterval = absl::Seconds(5);

absl::string_view StageWord(v1::Stage stage) {
  switch (stage) {
    case v1::STAGE_QUEUED:
      return "waiting";
    case v1::STAGE_PREPARING:
      return "preparing";
    case v1::STAGE_DENOISING:
      return "denoising";
    case v1::STAGE_DECODING:
      return "decoding";
    default:
      return "working";
  }
}

double Fraction(uint32_t done, uint32_t total) {
  return total == 0 ? 0.0 : static_cast<double>(done) / total;
}

}  // namespace

std::string FormatClock(absl::Duration duration) {
  const int64_t seconds =
      std::max<int64_t>(0, std::llround(absl::ToDoubleSeconds(duration)));
  if (seconds >= 3600) {
    return absl::StrFormat("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60,
                           seconds % 60);
  }
  return absl::StrFormat("%d:%02d", seconds / 60, seconds % 60);
}

ProgressReporter::ProgressReporter(std::ostream& out, Style style,
                                   const Clock& clock)
    : out_(out), style_(style), clock_(clock) {}

void ProgressReporter::Upload(uint64_t sent_bytes, uint64_t total_bytes) {
  Show("uploading",
       total_bytes == 0
           ? 1.0
           : static_cast<double>(sent_bytes) / static_cast<double>(total_bytes),
       absl::StrFormat("%.1f/%.1f MB", static_cast<double>(sent_bytes) / 1e6,
                       static_cast<double>(total_bytes) / 1e6),
       sent_bytes == total_bytes);
}

void ProgressReporter::Progress(const v1::Progress& progress) {
  std::string detail;
  double fraction = 0.0;
  bool last = false;
  switch (progress.stage()) {
    case v1::STAGE_QUEUED:
      detail =
          absl::StrCat("place ", progress.queue_position(), " in the queue");
      break;
    case v1::STAGE_DENOISING:
      detail = absl::StrCat("step ", progress.step(), "/", progress.steps());
      fraction = Fraction(progress.step(), progress.steps());
      last = progress.step() == progress.steps();
      break;
    case v1::STAGE_DECODING:
      detail = absl::StrCat("frame ", progress.frames_done(), "/",
                            progress.frames_total());
      fraction = Fraction(progress.frames_done(), progress.frames_total());
      last = progress.frames_done() == progress.frames_total();
      break;
    default:
      break;
  }
  if (progress.has_eta() && !last) {
    absl::StrAppend(&detail, detail.empty() ? "" : "  ", "ETA ",
                    FormatClock(absl::Seconds(progress.eta().seconds()) +
                                absl::Nanoseconds(progress.eta().nanos())));
  }
  Show(StageWord(progress.stage()), fraction, detail, last);
}

void ProgressReporter::Note(absl::string_view text) {
  if (style_ == Style::kSilent) {
    return;
  }
  Finish();
  out_ << text << std::endl;
}

void ProgressReporter::Finish() {
  if (line_open_) {
    out_ << std::endl;
    line_open_ = false;
  }
}

void ProgressReporter::Show(absl::string_view stage, double fraction,
                            const std::string& detail, bool urgent) {
  const absl::Duration now = clock_.Monotonic();
  const absl::Duration interval =
      style_ == Style::kTerminal ? kTerminalInterval : kPlainInterval;
  const bool new_stage = stage != stage_;
  if (style_ == Style::kSilent ||
      (!new_stage && !urgent && now - last_shown_ < interval)) {
    return;
  }
  stage_ = std::string(stage);
  last_shown_ = now;
  if (style_ == Style::kPlain) {
    out_ << absl::StrFormat("%-9s  %3.0f %%  %s", stage, fraction * 100, detail)
         << std::endl;
    return;
  }
  const int full =
      static_cast<int>(std::lround(std::clamp(fraction, 0.0, 1.0) * kBarCells));
  // Back to the first column, and away with what was longer.
  out_ << absl::StrFormat(
              "\r%-9s  [%s%s]  %s\x1b[K", stage,
              std::string(static_cast<size_t>(full), '#'),
              std::string(static_cast<size_t>(kBarCells - full), '-'), detail)
       << std::flush;
  line_open_ = true;
}

}  // namespace animate
