#ifndef ANIMATE_ENGINE_MEDIA_MUXED_ENCODER_H_
#define ANIMATE_ENGINE_MEDIA_MUXED_ENCODER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/media/ffmpeg.h"

namespace animate {

// One of FFmpeg's encoders feeding one of its muxers, which writes a file. Not
// thread-safe.
class MuxedEncoder {
 public:
  using OptionList = std::vector<std::pair<const char*, std::string>>;

  struct Options {
    const AVCodec* codec = nullptr;  // not null
    std::string muxer;               // "mp4"
    AVPixelFormat pixel_format = AV_PIX_FMT_NONE;
    int width = 0;
    int height = 0;
    double fps = 0.0;
    int threads = 1;
    OptionList codec_options;
    OptionList muxer_options;
  };

  // Creates the file `path` and writes its header.
  static absl::StatusOr<std::unique_ptr<MuxedEncoder>> Create(
      const std::string& path, const Options& options);

  MuxedEncoder(const MuxedEncoder&) = delete;
  MuxedEncoder& operator=(const MuxedEncoder&) = delete;
  ~MuxedEncoder();

  // Returns a writable frame of the encoder's size and format for the caller to
  // fill; the same buffer each time once the encoder has let go of it.
  absl::StatusOr<AVFrame*> NextFrame();

  // Encodes what NextFrame returned last.
  absl::Status Encode();

  // Drains the encoder and completes the file.
  absl::Status Finish();

 private:
  MuxedEncoder() = default;

  absl::Status OpenCodec(const Options& options);
  absl::Status OpenFile(const std::string& path, const Options& options);
  absl::Status Send(const AVFrame* frame);

  AVFormatContext* context_ = nullptr;
  AVStream* stream_ = nullptr;
  FfmpegPtr<AVCodecContext> codec_;
  FfmpegPtr<AVFrame> frame_;
  FfmpegPtr<AVPacket> packet_;
  int64_t next_pts_ = 0;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_MUXED_ENCODER_H_
