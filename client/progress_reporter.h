#ifndef ANIMATE_CLIENT_PROGRESS_REPORTER_H_
#define ANIMATE_CLIENT_PROGRESS_REPORTER_H_

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "animate/v1/job.pb.h"
#include "engine/base/clock.h"

namespace animate {

// Tells a person how far a job is. On a terminal: one line that is drawn over
//   denoising  [############--------]  step 15/25   ETA 0:42
// Otherwise plain lines, one per stage and then one every five seconds, so that
// a log stays short. Thread-compatible.
class ProgressReporter {
 public:
  enum class Style { kTerminal, kPlain, kSilent };

  // `out` and `clock` must outlive the reporter.
  ProgressReporter(std::ostream& out, Style style,
                   const Clock& clock = Clock::Real());

  void Upload(uint64_t sent_bytes, uint64_t total_bytes);
  void Progress(const v1::Progress& progress);

  // Prints a line of its own, above the bar.
  void Note(absl::string_view text);

  // Ends the bar's line; call it before anybody else prints.
  void Finish();

 private:
  void Show(absl::string_view stage, double fraction, const std::string& detail,
            bool urgent);

  std::ostream& out_;
  const Style style_;
  const Clock& clock_;
  std::string stage_;
  absl::Duration last_shown_ = -absl::InfiniteDuration();
  bool line_open_ = false;
};

// "0:07", "12:34", "1:02:03".
std::string FormatClock(absl::Duration duration);

}  // namespace animate

#endif  // ANIMATE_CLIENT_PROGRESS_REPORTER_H_
