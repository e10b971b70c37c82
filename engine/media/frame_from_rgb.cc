#include "engine/media/frame_from_rgb.h"

#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"

namespace animate {

absl::Status FrameFromRgb(absl::Span<const uint8_t> pixels, AVFrame& frame) {
  const size_t expected =
      static_cast<size_t>(frame.width) * static_cast<size_t>(frame.height) * 3;
  if (pixels.size() != expected) {
    return absl::InvalidArgumentError(
        absl::StrCat("a frame of ", frame.width, "x", frame.height, " has ",
                     expected, " bytes of RGB: got ", pixels.size()));
  }
  const FfmpegPtr<SwsContext> scaler(sws_getContext(
      frame.width, frame.height, AV_PIX_FMT_RGB24, frame.width, frame.height,
      static_cast<AVPixelFormat>(frame.format), SWS_BILINEAR | SWS_ACCURATE_RND,
      nullptr, nullptr, nullptr));
  if (scaler == nullptr) return absl::InternalError("no colour conversion");
  // swscale's fast paths read whole vectors, past the end of the last row.
  constexpr size_t kPadding = 64;
  std::vector<uint8_t> padded;
  padded.reserve(pixels.size() + kPadding);
  padded.assign(pixels.begin(), pixels.end());
  padded.resize(pixels.size() + kPadding);
  const uint8_t* const planes[4] = {padded.data()};
  const int strides[4] = {frame.width * 3};
  sws_scale(scaler.get(), planes, strides, 0, frame.height, frame.data,
            frame.linesize);
  return absl::OkStatus();
}

}  // namespace animate
