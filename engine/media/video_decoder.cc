#include "engine/media/video_decoder.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

extern "C" {
#include <libavutil/pixdesc.h>
}

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/media/ffmpeg.h"
#include "engine/media/memory_demuxer.h"
#include "engine/media/video_container.h"

namespace animate {
namespace {

absl::Status InvalidClip(absl::string_view what, int error) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, ": ", FfmpegErrorText(error)));
}

// Maps the matrix a frame declares to swscale's; BT.601 without declaration.
int SwsColorspace(AVColorSpace colorspace) {
  switch (colorspace) {
    case AVCOL_SPC_BT709:
      return SWS_CS_ITU709;
    case AVCOL_SPC_FCC:
      return SWS_CS_FCC;
    case AVCOL_SPC_SMPTE240M:
      return SWS_CS_SMPTE240M;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      return SWS_CS_BT2020;
    default:
      return SWS_CS_DEFAULT;
  }
}

// Turns decoded frames into pictures of one size, that of the first frame.
class FrameConverter {
 public:
  absl::StatusOr<RgbImage> Convert(const AVFrame& frame) {
    if (width_ == 0) {
      width_ = frame.width;
      height_ = frame.height;
    }
    ANIMATE_RETURN_IF_ERROR(Prepare(frame));
    RgbImage image(width_, height_);
    // swscale's fast paths write whole vectors, past the end of a row.
    const int row_bytes = width_ * 3;
    const int padded_row_bytes = (row_bytes + 63) / 64 * 64 + 64;
    rows_.resize(static_cast<size_t>(padded_row_bytes) *
                 static_cast<size_t>(height_));
    uint8_t* const planes[4] = {rows_.data()};
    const int strides[4] = {padded_row_bytes};
    if (sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height,
                  planes, strides) != height_) {
      return absl::InvalidArgumentError("a frame cannot be converted to RGB");
    }
    for (int y = 0; y < height_; ++y) {
      const uint8_t* row =
          rows_.data() + static_cast<ptrdiff_t>(padded_row_bytes) * y;
      std::copy(row, row + row_bytes, image.at(0, y));
    }
    return image;
  }

 private:
  // Everything the scaler depends on.
  struct Layout {
    int width = 0;
    int height = 0;
    int format = AV_PIX_FMT_NONE;
    int colorspace = SWS_CS_DEFAULT;
    bool full_range = false;
    friend bool operator==(const Layout&, const Layout&) = default;
  };

  absl::Status Prepare(const AVFrame& frame) {
    const Layout layout{.width = frame.width,
                        .height = frame.height,
                        .format = frame.format,
                        .colorspace = SwsColorspace(frame.colorspace),
                        .full_range = frame.color_range == AVCOL_RANGE_JPEG};
    if (scaler_ != nullptr && layout == layout_) return absl::OkStatus();
    const auto format = static_cast<AVPixelFormat>(frame.format);
    // Bilinear is PyAV's choice; it matters only when the size changes.
    scaler_.reset(sws_getContext(frame.width, frame.height, format, width_,
                                 height_, AV_PIX_FMT_RGB24, SWS_BILINEAR,
                                 nullptr, nullptr, nullptr));
    if (scaler_ == nullptr) {
      const char* name = av_get_pix_fmt_name(format);
      return absl::InvalidArgumentError(absl::StrCat(
          "frames of pixel format ", name == nullptr ? "unknown" : name,
          " cannot be converted to RGB"));
    }
    if (layout.colorspace != SWS_CS_DEFAULT || layout.full_range) {
      constexpr int kUnit = 1 << 16;
      sws_setColorspaceDetails(
          scaler_.get(), sws_getCoefficients(layout.colorspace),
          layout.full_range ? 1 : 0, sws_getCoefficients(SWS_CS_DEFAULT),
          /*dstRange=*/1, /*brightness=*/0, kUnit, kUnit);
    }
    layout_ = layout;
    return absl::OkStatus();
  }

  int width_ = 0;
  int height_ = 0;
  FfmpegPtr<SwsContext> scaler_;
  Layout layout_;
  std::vector<uint8_t> rows_;
};

absl::StatusOr<std::unique_ptr<MemoryDemuxer>> OpenDemuxer(
    absl::string_view bytes, int64_t max_pixels) {
  ANIMATE_ASSIGN_OR_RETURN(const VideoContainer container,
                           DetectVideoContainer(bytes));
  ANIMATE_RETURN_IF_ERROR(CheckVideoIsComplete(bytes, container));
  return MemoryDemuxer::Open(bytes, max_pixels);
}

absl::StatusOr<VideoInfo> ReadInfo(absl::string_view bytes,
                                   int64_t max_pixels) {
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<MemoryDemuxer> demuxer,
                           OpenDemuxer(bytes, max_pixels));
  const AVCodecParameters& parameters = *demuxer->stream().codecpar;
  VideoInfo info{.width = parameters.width,
                 .height = parameters.height,
                 .fps = demuxer->fps(),
                 .codec = demuxer->decoder().name};
  const FfmpegPtr<AVPacket> packet(av_packet_alloc());
  if (packet == nullptr) {
    return absl::ResourceExhaustedError("no memory for the demuxer");
  }
  while (true) {
    ANIMATE_ASSIGN_OR_RETURN(const bool more, demuxer->ReadPacket(*packet));
    if (!more) break;
    av_packet_unref(packet.get());
    ++info.num_frames;
  }
  if (info.num_frames == 0) {
    return absl::InvalidArgumentError("the clip has no frame");
  }
  return info;
}

// Decodes one clip; lives for one call of DecodeVideo.
class Decoding {
 public:
  Decoding(const VideoDecodeOptions& options, FrameSink sink)
      : options_(options), sink_(sink) {}

  absl::StatusOr<VideoInfo> Run(absl::string_view bytes) {
    ANIMATE_ASSIGN_OR_RETURN(demuxer_, OpenDemuxer(bytes, options_.max_pixels));
    ANIMATE_RETURN_IF_ERROR(OpenDecoder());
    ANIMATE_RETURN_IF_ERROR(DecodeFrames());
    if (info_.num_frames == 0) {
      return absl::InvalidArgumentError("the clip has no frame");
    }
    info_.fps = demuxer_->fps();
    info_.codec = demuxer_->decoder().name;
    return info_;
  }

  // Set when the sink, not the clip, ended the decoding.
  const absl::Status& sink_error() const { return sink_error_; }

 private:
  bool IsWanted(int index) const {
    return options_.wanted.empty() ||
           std::binary_search(options_.wanted.begin(), options_.wanted.end(),
                              index);
  }

  absl::Status OpenDecoder() {
    packet_.reset(av_packet_alloc());
    frame_.reset(av_frame_alloc());
    decoder_.reset(avcodec_alloc_context3(&demuxer_->decoder()));
    if (packet_ == nullptr || frame_ == nullptr || decoder_ == nullptr) {
      return absl::ResourceExhaustedError("no memory for the decoder");
    }
    int error = avcodec_parameters_to_context(decoder_.get(),
                                              demuxer_->stream().codecpar);
    if (error < 0) return InvalidClip("the clip cannot be decoded", error);
    decoder_->pkt_timebase = demuxer_->stream().time_base;
    decoder_->max_pixels = options_.max_pixels;
    decoder_->thread_count = options_.threads;
    error = avcodec_open2(decoder_.get(), &demuxer_->decoder(), nullptr);
    if (error < 0) return InvalidClip("the decoder cannot be opened", error);
    return absl::OkStatus();
  }

  absl::Status DecodeFrames() {
    while (!info_.more) {
      ANIMATE_ASSIGN_OR_RETURN(const bool has_packet,
                               demuxer_->ReadPacket(*packet_));
      const int error = avcodec_send_packet(
          decoder_.get(), has_packet ? packet_.get() : nullptr);
      av_packet_unref(packet_.get());
      if (error < 0) return InvalidClip("the clip is damaged", error);
      ANIMATE_RETURN_IF_ERROR(ReceiveFrames());
      if (!has_packet) break;
    }
    return absl::OkStatus();
  }

  absl::Status ReceiveFrames() {
    while (true) {
      const int error = avcodec_receive_frame(decoder_.get(), frame_.get());
      if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) {
        return absl::OkStatus();
      }
      if (error < 0) return InvalidClip("the clip is damaged", error);
      if (info_.num_frames >= options_.max_frames) {
        info_.more = true;
        return absl::OkStatus();
      }
      if (IsWanted(info_.num_frames)) {
        ANIMATE_ASSIGN_OR_RETURN(RgbImage image, converter_.Convert(*frame_));
        info_.width = image.width;
        info_.height = image.height;
        sink_error_ = sink_(info_.num_frames, std::move(image));
        ANIMATE_RETURN_IF_ERROR(sink_error_);
      }
      ++info_.num_frames;
      if (!options_.wanted.empty() &&
          info_.num_frames > options_.wanted.back()) {
        info_.more = true;
        return absl::OkStatus();
      }
    }
  }

  const VideoDecodeOptions& options_;
  FrameSink sink_;
  absl::Status sink_error_;
  std::unique_ptr<MemoryDemuxer> demuxer_;
  FfmpegPtr<AVPacket> packet_;
  FfmpegPtr<AVFrame> frame_;
  FfmpegPtr<AVCodecContext> decoder_;
  FrameConverter converter_;
  VideoInfo info_;
};

// What is wrong with a clip, as the options name the clip.
absl::StatusOr<VideoInfo> Named(absl::StatusOr<VideoInfo> info,
                                const VideoDecodeOptions& options) {
  if (!absl::IsInvalidArgument(info.status())) return info;
  return FieldError(options.field, info.status().message(), options.reason);
}

}  // namespace

absl::StatusOr<VideoInfo> DecodeVideo(absl::string_view bytes,
                                      const VideoDecodeOptions& options,
                                      FrameSink sink) {
  Decoding decoding(options, sink);
  absl::StatusOr<VideoInfo> info = decoding.Run(bytes);
  if (!decoding.sink_error().ok()) return decoding.sink_error();
  return Named(std::move(info), options);
}

absl::StatusOr<VideoInfo> ProbeVideo(absl::string_view bytes,
                                     const VideoDecodeOptions& options) {
  return Named(ReadInfo(bytes, options.max_pixels), options);
}

absl::StatusOr<DecodedVideo> DecodeVideo(absl::string_view bytes,
                                         const VideoDecodeOptions& options) {
  DecodedVideo video;
  absl::StatusOr<VideoInfo> info =
      DecodeVideo(bytes, options, [&](int, RgbImage frame) {
        video.frames.push_back(std::move(frame));
        return absl::OkStatus();
      });
  if (!info.ok()) return info.status();
  video.info = *std::move(info);
  return video;
}

}  // namespace animate
