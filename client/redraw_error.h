#ifndef ANIMATE_CLIENT_REDRAW_ERROR_H_
#define ANIMATE_CLIENT_REDRAW_ERROR_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/pose_pictures.h"
#include "engine/pose/pose_sequence.h"

namespace animate {

// How far drawings are from what was read out of them, drawn again.
struct RedrawError {
  double mean_difference = 0.0;  // absolute, over all channels, of 255
  double psnr = 0.0;             // dB over all frames; infinite when equal
};

// Draws poses.frames[i] at the size of picture i and compares. `swapped`: the
// pictures' red and blue are exchanged. Errors are those of PosePictures.
absl::StatusOr<RedrawError> MeasureRedraw(const PosePictures& pictures,
                                          const PoseSequence& poses,
                                          bool swapped);

// "drawn again: mean difference 0.68 of 255, 31.4 dB"
std::string RedrawErrorText(const RedrawError& error);

}  // namespace animate

#endif  // ANIMATE_CLIENT_REDRAW_ERROR_H_
