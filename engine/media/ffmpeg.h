#ifndef ANIMATE_ENGINE_MEDIA_FFMPEG_H_
#define ANIMATE_ENGINE_MEDIA_FFMPEG_H_

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <string>

namespace animate {

// Owning pointers for FFmpeg's objects and its error texts; used inside
// engine/media only.
struct FfmpegDeleter {
  void operator()(AVCodecContext* context) const {
    avcodec_free_context(&context);
  }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(SwsContext* context) const { sws_freeContext(context); }
};

template <typename T>
using FfmpegPtr = std::unique_ptr<T, FfmpegDeleter>;

// An AVDictionary that frees itself.
class FfmpegOptions {
 public:
  FfmpegOptions() = default;
  FfmpegOptions(const FfmpegOptions&) = delete;
  FfmpegOptions& operator=(const FfmpegOptions&) = delete;
  ~FfmpegOptions() { av_dict_free(&dictionary_); }

  void Set(const char* key, const std::string& value) {
    av_dict_set(&dictionary_, key, value.c_str(), 0);
  }
  AVDictionary** get() { return &dictionary_; }

 private:
  AVDictionary* dictionary_ = nullptr;
};

// Returns FFmpeg's text for a negative return value.
std::string FfmpegErrorText(int error);

// Makes FFmpeg fit for a server; idempotent, thread-safe. Its codecs no longer
// write to standard error, where every line is a JSON object of ours, and no
// single allocation may exceed 512 MiB: the index of an MP4 of a few bytes can
// claim gigabytes.
void PrepareFfmpeg();

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_FFMPEG_H_
