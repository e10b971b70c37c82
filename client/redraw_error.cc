#include "client/redraw_error.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "absl/strings/str_format.h"
#include "engine/base/status_macros.h"
#include "engine/media/pose_drawing.h"

namespace animate {
namespace {

struct Sums {
  int64_t absolute = 0;
  int64_t squared = 0;
  int64_t count = 0;
};

void Compare(const RgbImage& picture, const RgbImage& drawn, bool swapped,
             Sums& sums) {
  for (size_t i = 0; i < picture.pixels.size(); ++i) {
    // Of red, green, blue the first and the last change places.
    const size_t j = swapped ? i - i % 3 + (2 - i % 3) : i;
    const int difference = int{picture.pixels[i]} - int{drawn.pixels[j]};
    sums.absolute += std::abs(difference);
    sums.squared += difference * difference;
  }
  sums.count += static_cast<int64_t>(picture.pixels.size());
}

}  // namespace

absl::StatusOr<RedrawError> MeasureRedraw(const PosePictures& pictures,
                                          const PoseSequence& poses,
                                          bool swapped) {
  Sums sums;
  PoseFrame frame{.width = poses.width, .height = poses.height};
  ANIMATE_RETURN_IF_ERROR(
      pictures
          .ForEach(static_cast<int>(poses.frames.size()),
                   [&](int index, const RgbImage& picture) {
                     frame.people = {poses.frames[static_cast<size_t>(index)]};
                     Compare(picture,
                             RenderPose(frame, picture.width, picture.height),
                             swapped, sums);
                     return absl::OkStatus();
                   })
          .status());
  const auto count = static_cast<double>(sums.count);
  RedrawError error;
  error.psnr = std::numeric_limits<double>::infinity();
  if (sums.squared > 0) {
    constexpr double kPeak = 255.0;
    error.mean_difference = static_cast<double>(sums.absolute) / count;
    error.psnr = 10.0 * std::log10(kPeak * kPeak * count /
                                   static_cast<double>(sums.squared));
  }
  return error;
}

std::string RedrawErrorText(const RedrawError& error) {
  return absl::StrFormat("drawn again: mean difference %.2f of 255, %.1f dB",
                         error.mean_difference, error.psnr);
}

}  // namespace animate
