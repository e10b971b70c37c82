#include "engine/media/memory_demuxer.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

extern "C" {
#include <libavutil/mem.h>
}

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

constexpr int kIoBufferBytes = 64 << 10;

// Demuxers that read nothing but the bytes they are given. Playlists, image
// sequences and the like are not among them.
constexpr char kDemuxers[] = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif";
constexpr char kDecoders[] =
    "h264,hevc,mpeg4,vp8,libvpx,vp9,libvpx-vp9,av1,libdav1d,libaom-av1,mjpeg,"
    "png,ffv1,gif,rawvideo";

// Set by MakeStrict, used instead of opening another file.
int RefuseToOpen(AVFormatContext*, AVIOContext**, const char*, int,
                 AVDictionary**) {
  return AVERROR(EPERM);
}

absl::Status InvalidVideo(absl::string_view what, int error) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, ": ", FfmpegErrorText(error)));
}

absl::Status CheckFrameSize(const AVCodecParameters& parameters,
                            int64_t max_pixels) {
  if (int64_t{parameters.width} * parameters.height > max_pixels) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the frames are ", parameters.width, "x", parameters.height,
        " pixels; at most ", max_pixels, " pixels are accepted"));
  }
  return absl::OkStatus();
}

}  // namespace

int MemoryDemuxer::Read(void* self, uint8_t* buffer, int size) {
  MemoryDemuxer& demuxer = *static_cast<MemoryDemuxer*>(self);
  const int64_t left =
      static_cast<int64_t>(demuxer.bytes_.size()) - demuxer.position_;
  if (left <= 0) return AVERROR_EOF;
  const int count = static_cast<int>(std::min<int64_t>(left, size));
  std::memcpy(buffer, demuxer.bytes_.data() + demuxer.position_,
              static_cast<size_t>(count));
  demuxer.position_ += count;
  return count;
}

int64_t MemoryDemuxer::Seek(void* self, int64_t offset, int whence) {
  MemoryDemuxer& demuxer = *static_cast<MemoryDemuxer*>(self);
  const int64_t size = static_cast<int64_t>(demuxer.bytes_.size());
  switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
      return size;
    case SEEK_SET:
      break;
    case SEEK_CUR:
      offset += demuxer.position_;
      break;
    case SEEK_END:
      offset += size;
      break;
    default:
      return AVERROR(EINVAL);
  }
  if (offset < 0 || offset > size) return AVERROR(EINVAL);
  demuxer.position_ = offset;
  return offset;
}

absl::StatusOr<std::unique_ptr<MemoryDemuxer>> MemoryDemuxer::Open(
    absl::string_view bytes, int64_t max_pixels) {
  PrepareFfmpeg();
  // The constructor is private.
  std::unique_ptr<MemoryDemuxer> demuxer(new MemoryDemuxer(bytes));
  ANIMATE_RETURN_IF_ERROR(demuxer->OpenContext());
  ANIMATE_RETURN_IF_ERROR(demuxer->FindStream(max_pixels));
  ANIMATE_RETURN_IF_ERROR(demuxer->ProbeStream(max_pixels));
  return demuxer;
}

MemoryDemuxer::~MemoryDemuxer() {
  avformat_close_input(&context_);
  if (io_ != nullptr) av_freep(&io_->buffer);
  avio_context_free(&io_);
}

absl::Status MemoryDemuxer::OpenContext() {
  void* buffer = av_malloc(kIoBufferBytes);
  context_ = avformat_alloc_context();
  if (buffer != nullptr) {
    io_ = avio_alloc_context(static_cast<unsigned char*>(buffer),
                             kIoBufferBytes, 0, this, &Read, nullptr, &Seek);
  }
  if (context_ == nullptr || io_ == nullptr) {
    if (io_ == nullptr) av_free(buffer);
    return absl::ResourceExhaustedError("no memory for the demuxer");
  }
  context_->pb = io_;
  context_->io_open = &RefuseToOpen;
  FfmpegOptions options;
  options.Set("format_whitelist", kDemuxers);
  options.Set("codec_whitelist", kDecoders);
  options.Set("protocol_whitelist", "none");
  // Frees context_ and sets it to null on failure.
  const int error =
      avformat_open_input(&context_, nullptr, nullptr, options.get());
  if (error < 0) return InvalidVideo("the clip cannot be opened", error);
  return absl::OkStatus();
}

absl::Status MemoryDemuxer::FindStream(int64_t max_pixels) {
  for (unsigned i = 0; i < context_->nb_streams; ++i) {
    AVStream& stream = *context_->streams[i];
    const bool is_picture =
        (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
    if (stream_index_ < 0 && !is_picture &&
        stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO) {
      stream_index_ = static_cast<int>(i);
    } else {
      stream.discard = AVDISCARD_ALL;
    }
  }
  if (stream_index_ < 0) {
    return absl::InvalidArgumentError("the clip has no video track");
  }
  return CheckFrameSize(*stream().codecpar, max_pixels);
}

absl::Status MemoryDemuxer::ProbeStream(int64_t max_pixels) {
  // Probing decodes the first frames, under the same limits as later decoding.
  std::vector<AVDictionary*> dictionaries(context_->nb_streams, nullptr);
  for (AVDictionary*& dictionary : dictionaries) {
    av_dict_set_int(&dictionary, "max_pixels", max_pixels, 0);
    av_dict_set_int(&dictionary, "threads", 1, 0);
    av_dict_set(&dictionary, "codec_whitelist", kDecoders, 0);
  }
  const int error = avformat_find_stream_info(context_, dictionaries.data());
  for (AVDictionary*& dictionary : dictionaries) av_dict_free(&dictionary);
  if (error < 0) return InvalidVideo("the clip cannot be probed", error);
  const AVCodecParameters& parameters = *stream().codecpar;
  ANIMATE_RETURN_IF_ERROR(CheckFrameSize(parameters, max_pixels));
  decoder_ = avcodec_find_decoder(parameters.codec_id);
  if (decoder_ == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("there is no decoder for the clip's codec ",
                     avcodec_get_name(parameters.codec_id)));
  }
  return absl::OkStatus();
}

double MemoryDemuxer::fps() const {
  for (const AVRational rate :
       {stream().avg_frame_rate, stream().r_frame_rate}) {
    if (rate.num > 0 && rate.den > 0) return av_q2d(rate);
  }
  return 0.0;
}

absl::StatusOr<bool> MemoryDemuxer::ReadPacket(AVPacket& packet) {
  while (true) {
    const int error = av_read_frame(context_, &packet);
    if (error == AVERROR_EOF) return false;
    if (error < 0) return InvalidVideo("the clip is damaged", error);
    if (packet.stream_index != stream_index_) {
      av_packet_unref(&packet);
      continue;
    }
    if ((packet.flags & AV_PKT_FLAG_CORRUPT) != 0) {
      return absl::InvalidArgumentError("the clip is truncated or damaged");
    }
    return true;
  }
}

}  // namespace animate
