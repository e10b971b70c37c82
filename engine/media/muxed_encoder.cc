#include "engine/media/muxed_encoder.h"

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

absl::Status CodecError(absl::string_view what, int error) {
  return absl::InternalError(absl::StrCat(what, ": ", FfmpegErrorText(error)));
}

absl::Status FileError(absl::string_view what, int error) {
  return absl::UnavailableError(
      absl::StrCat(what, ": ", FfmpegErrorText(error)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<MuxedEncoder>> MuxedEncoder::Create(
    const std::string& path, const Options& options) {
  PrepareFfmpeg();
  // The constructor is private.
  std::unique_ptr<MuxedEncoder> encoder(new MuxedEncoder());
  encoder->packet_.reset(av_packet_alloc());
  encoder->frame_.reset(av_frame_alloc());
  // The URL is taken as a path whatever characters it has.
  const std::string url = absl::StrCat("file:", path);
  const int error = avformat_alloc_output_context2(
      &encoder->context_, nullptr, options.muxer.c_str(), url.c_str());
  if (error < 0) {
    return absl::UnimplementedError(
        absl::StrCat("FFmpeg without the muxer ", options.muxer));
  }
  ANIMATE_RETURN_IF_ERROR(encoder->OpenCodec(options));
  ANIMATE_RETURN_IF_ERROR(encoder->OpenFile(url, options));
  return encoder;
}

MuxedEncoder::~MuxedEncoder() {
  if (context_ != nullptr) avio_closep(&context_->pb);
  avformat_free_context(context_);
}

absl::Status MuxedEncoder::OpenCodec(const Options& options) {
  codec_.reset(avcodec_alloc_context3(options.codec));
  if (codec_ == nullptr || frame_ == nullptr || packet_ == nullptr) {
    return absl::ResourceExhaustedError("no memory for the encoder");
  }
  constexpr int kMaxRateTerm = 1'001'000;  // 29.97 becomes 30000/1001 or near
  codec_->framerate = av_d2q(options.fps, kMaxRateTerm);
  codec_->time_base = av_inv_q(codec_->framerate);
  codec_->width = options.width;
  codec_->height = options.height;
  codec_->pix_fmt = options.pixel_format;
  codec_->thread_count = options.threads;
  codec_->flags |= AV_CODEC_FLAG_BITEXACT;
  if (options.pixel_format == AV_PIX_FMT_YUV420P) {
    // What swscale makes of RGB unless told otherwise; said so that players
    // need not guess.
    codec_->colorspace = AVCOL_SPC_SMPTE170M;
    codec_->color_range = AVCOL_RANGE_MPEG;
  }
  if ((context_->oformat->flags & AVFMT_GLOBALHEADER) != 0) {
    codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  }
  FfmpegOptions codec_options;
  for (const auto& [key, value] : options.codec_options) {
    codec_options.Set(key, value);
  }
  const int error =
      avcodec_open2(codec_.get(), options.codec, codec_options.get());
  if (error < 0) return CodecError("the encoder cannot be opened", error);
  frame_->format = codec_->pix_fmt;
  frame_->width = codec_->width;
  frame_->height = codec_->height;
  return absl::OkStatus();
}

absl::Status MuxedEncoder::OpenFile(const std::string& path,
                                    const Options& options) {
  stream_ = avformat_new_stream(context_, nullptr);
  if (stream_ == nullptr) {
    return absl::ResourceExhaustedError("no memory for the muxer");
  }
  stream_->time_base = codec_->time_base;
  stream_->avg_frame_rate = codec_->framerate;
  int error = avcodec_parameters_from_context(stream_->codecpar, codec_.get());
  if (error < 0) return CodecError("the muxer cannot be opened", error);
  // No version of FFmpeg and no time of day in the file.
  context_->flags |= AVFMT_FLAG_BITEXACT;
  error = avio_open(&context_->pb, path.c_str(), AVIO_FLAG_WRITE);
  if (error < 0) return FileError(absl::StrCat("cannot write ", path), error);
  FfmpegOptions muxer_options;
  for (const auto& [key, value] : options.muxer_options) {
    muxer_options.Set(key, value);
  }
  error = avformat_write_header(context_, muxer_options.get());
  if (error < 0) return FileError(absl::StrCat("cannot write ", path), error);
  return absl::OkStatus();
}

absl::StatusOr<AVFrame*> MuxedEncoder::NextFrame() {
  const int error = frame_->buf[0] == nullptr
                        ? av_frame_get_buffer(frame_.get(), 0)
                        : av_frame_make_writable(frame_.get());
  if (error < 0) return CodecError("no memory for a frame", error);
  return frame_.get();
}

absl::Status MuxedEncoder::Encode() {
  frame_->pts = next_pts_++;
  return Send(frame_.get());
}

absl::Status MuxedEncoder::Finish() {
  ANIMATE_RETURN_IF_ERROR(Send(nullptr));
  int error = av_write_trailer(context_);
  if (error < 0) return FileError("the file cannot be completed", error);
  error = avio_closep(&context_->pb);
  if (error < 0) return FileError("the file cannot be completed", error);
  return absl::OkStatus();
}

absl::Status MuxedEncoder::Send(const AVFrame* frame) {
  int error = avcodec_send_frame(codec_.get(), frame);
  if (error < 0) return CodecError("a frame cannot be encoded", error);
  while (true) {
    error = avcodec_receive_packet(codec_.get(), packet_.get());
    if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) {
      return absl::OkStatus();
    }
    if (error < 0) return CodecError("a frame cannot be encoded", error);
    // Unset by encoders without reordering; the last frame's time on screen.
    if (packet_->duration == 0) packet_->duration = 1;
    packet_->stream_index = stream_->index;
    av_packet_rescale_ts(packet_.get(), codec_->time_base, stream_->time_base);
    error = av_interleaved_write_frame(context_, packet_.get());
    if (error < 0) return FileError("a frame cannot be written", error);
  }
}

}  // namespace animate
