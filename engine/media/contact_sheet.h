#ifndef ANIMATE_ENGINE_MEDIA_CONTACT_SHEET_H_
#define ANIMATE_ENGINE_MEDIA_CONTACT_SHEET_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/animation/image.h"

namespace animate {

struct ContactSheetOptions {
  int max_columns = 8;    // sampled frames side by side, [1, 32]
  int cell_height = 256;  // pixels of a frame on the sheet, [32, 1024]
  std::string title;      // one line above all; none when empty
};

// Chooses at most `max_count` of `num_frames` frame indices, evenly spread from
// the first to the last, ascending. REQUIRES: max_count >= 1.
std::vector<int> SampleEvenly(int num_frames, int max_count);

// Shows a job in one picture: on the left the reference, on the right sampled
// columns with the pose above the generated frame and the frame's number below.
// Text is ASCII; other characters show as "?". `poses` may be longer than
// `frames`. Returns INVALID_ARGUMENT for an empty picture, no frame, fewer
// poses than frames or options out of range.
absl::StatusOr<RgbImage> MakeContactSheet(
    const RgbImage& reference, absl::Span<const RgbImage> poses,
    absl::Span<const RgbImage> frames, const ContactSheetOptions& options = {});

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_CONTACT_SHEET_H_
