#ifndef ANIMATE_ENGINE_MEDIA_VIDEO_CONTAINER_H_
#define ANIMATE_ENGINE_MEDIA_VIDEO_CONTAINER_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace animate {

// The kinds of file a clip may come in: MP4 and its relatives (MOV, M4V),
// Matroska and WebM, AVI, animated GIF.
enum class VideoContainer { kMp4, kMatroska, kAvi, kGif };

// Recognises the container by its first bytes. Returns INVALID_ARGUMENT for
// anything else.
absl::StatusOr<VideoContainer> DetectVideoContainer(absl::string_view bytes);

// Returns INVALID_ARGUMENT when the file ends before its own structure says so
// (a cut-off box, segment, RIFF chunk or missing GIF trailer). FFmpeg would
// decode the frames that are left and say nothing.
absl::Status CheckVideoIsComplete(absl::string_view bytes,
                                  VideoContainer container);

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_VIDEO_CONTAINER_H_
