#ifndef ANIMATE_ENGINE_MEDIA_FRAME_FROM_RGB_H_
#define ANIMATE_ENGINE_MEDIA_FRAME_FROM_RGB_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "engine/media/ffmpeg.h"

namespace animate {

// Converts a picture into `frame`, which has buffers of its own and the
// picture's size, in any pixel format that swscale writes. `pixels` are tightly
// packed RGB rows as those of RgbImage; not a byte beyond them is read. Returns
// INVALID_ARGUMENT when their number is not that of the frame, INTERNAL when
// there is no such conversion. Thread-safe.
absl::Status FrameFromRgb(absl::Span<const uint8_t> pixels, AVFrame& frame);

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_FRAME_FROM_RGB_H_
