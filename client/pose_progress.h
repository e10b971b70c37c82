#ifndef ANIMATE_CLIENT_POSE_PROGRESS_H_
#define ANIMATE_CLIENT_POSE_PROGRESS_H_

#include <string>

#include "absl/time/time.h"
#include "client/command.h"
#include "engine/base/clock.h"

namespace animate {

// Tells a person how far a command that works here is: on a terminal one line
// that is drawn over ten times a second, else a line every ten seconds.
//   reading skeletons  frame 41/200  12.3 frames/s
// Thread-compatible.
class PoseProgress {
 public:
  // `total` is 0 when it is not known. `console` and `clock` must outlive it.
  PoseProgress(std::string what, int total, const Console& console,
               const Clock& clock = Clock::Real());
  ~PoseProgress() { Finish(); }
  PoseProgress(const PoseProgress&) = delete;
  PoseProgress& operator=(const PoseProgress&) = delete;

  // Frame `index`, from 0, is next.
  void Show(int index);

  // Ends the line; call it before anybody else prints.
  void Finish();

  absl::Duration elapsed() const { return clock_.Monotonic() - started_; }

 private:
  const std::string what_;
  const int total_;
  const Console& console_;
  const Clock& clock_;
  const absl::Duration started_;
  absl::Duration shown_;
  bool line_open_ = false;
};

}  // namespace animate

#endif  // ANIMATE_CLIENT_POSE_PROGRESS_H_
