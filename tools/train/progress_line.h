#ifndef ANIMATE_TOOLS_TRAIN_PROGRESS_LINE_H_
#define ANIMATE_TOOLS_TRAIN_PROGRESS_LINE_H_

#include <ostream>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/base/clock.h"
#include "engine/training/training_observer.h"

namespace animate {

// Tells a person how far a training run is. On a terminal, one line that is
// drawn over:
//   step 1200/8000  loss 0.2731  31.4 images/s  ETA 1:02:03
// Otherwise the same as plain lines, the first, the last and one every minute,
// so that a log stays short. The loss is averaged over the last fifty steps or
// so. Thread-compatible.
class ProgressLine {
 public:
  enum class Style { kTerminal, kPlain };

  // `out` and `clock` must outlive this.
  ProgressLine(std::ostream& out, Style style,
               const Clock& clock = Clock::Real());

  void Step(const TrainingProgress& progress);

  // Prints a line of its own, above the progress.
  void Note(absl::string_view text);

  // Ends the line; call it before anybody else prints.
  void Finish();

 private:
  std::ostream& out_;
  const Style style_;
  const Clock& clock_;
  absl::Duration last_shown_ = -absl::InfiniteDuration();
  double loss_sum_ = 0.0;  // both decay with every step
  double loss_weight_ = 0.0;
  bool line_open_ = false;
};

// "0:07", "12:34", "1:02:03".
std::string FormatSpan(absl::Duration duration);

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_PROGRESS_LINE_H_
