#include "client/pose_progress.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace animate {

PoseProgress::PoseProgress(std::string what, int total, const Console& console,
                           const Clock& clock)
    : what_(std::move(what)),
      total_(total),
      console_(console),
      clock_(clock),
      started_(clock.Monotonic()),
      shown_(started_) {}

void PoseProgress::Show(int index) {
  const absl::Duration now = clock_.Monotonic();
  const absl::Duration pause =
      console_.err_is_terminal ? absl::Milliseconds(100) : absl::Seconds(10);
  if (index == 0 || now - shown_ < pause) return;
  shown_ = now;
  const double seconds = absl::ToDoubleSeconds(now - started_);
  const std::string text = absl::StrFormat(
      "%s  frame %d%s  %.1f frames/s", what_, index,
      total_ > 0 ? absl::StrCat("/", total_) : "", index / seconds);
  if (console_.err_is_terminal) {
    console_.err << '\r' << text << "   " << std::flush;
    line_open_ = true;
  } else {
    console_.err << text << std::endl;
  }
}

void PoseProgress::Finish() {
  if (line_open_) console_.err << std::endl;
  line_open_ = false;
}

}  // namespace animate
