#ifndef ANIMATE_ENGINE_MEDIA_VIDEO_ENCODER_H_
#define ANIMATE_ENGINE_MEDIA_VIDEO_ENCODER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/animation/image.h"

namespace animate {

enum class VideoFormat {
  kMp4,   // H.264, 4:2:0, playable while it downloads
  kGif,   // one palette of 256 colours, endless loop
  kWebp,  // animated WebP, lossy, endless loop
};

// Chooses the format by the extension (".mp4", ".gif", ".webp", any case).
// Returns INVALID_ARGUMENT for others.
absl::StatusOr<VideoFormat> VideoFormatFromPath(absl::string_view path);

struct VideoEncodeOptions {
  VideoFormat format = VideoFormat::kMp4;
  int width = 0;      // pixels of the frames, > 0
  int height = 0;     // pixels, > 0
  double fps = 30.0;  // frames per second, (0, 240]; a GIF plays at most 50
  int crf = 18;       // MP4: x264's quality, [0, 51], smaller is better
  int quality = 80;   // WebP, [1, 100]
  int threads = 1;    // of the encoder, > 0
};

class MuxedEncoder;

// Writes frames into a clip. The file appears under its name when Finish
// returns OK and not before; an unfinished one leaves nothing behind. Not
// thread-safe.
class VideoEncoder {
 public:
  // Begins the file `path`. Returns INVALID_ARGUMENT for options out of range,
  // UNIMPLEMENTED when this FFmpeg lacks the encoder, UNAVAILABLE when the file
  // cannot be written.
  static absl::StatusOr<std::unique_ptr<VideoEncoder>> Create(
      const std::string& path, const VideoEncodeOptions& options);

  VideoEncoder(const VideoEncoder&) = delete;
  VideoEncoder& operator=(const VideoEncoder&) = delete;
  ~VideoEncoder();

  // Appends `frame`, which must have the size of the options. Odd sides of an
  // MP4 are padded by one repeated row or column, since 4:2:0 needs even ones.
  absl::Status Add(const RgbImage& frame);

  // Completes the file. REQUIRES: at least one frame; called once.
  absl::Status Finish();

  // What the user should hear about: "" or, without libx264 in this FFmpeg,
  // that MPEG-4 part 2 was used instead of H.264.
  const std::string& warning() const { return warning_; }

 private:
  VideoEncoder(const std::string& path, const VideoEncodeOptions& options);

  absl::Status Open();
  absl::Status EncodeGif();

  const std::string path_;
  const std::string partial_path_;
  const VideoEncodeOptions options_;
  std::string warning_;
  std::unique_ptr<MuxedEncoder> encoder_;
  std::vector<RgbImage> gif_frames_;  // kept, the palette depends on them all
  int64_t num_frames_ = 0;
  bool finished_ = false;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_VIDEO_ENCODER_H_
