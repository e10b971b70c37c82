#include "engine/media/video_encoder.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/media/ffmpeg.h"
#include "engine/media/frame_from_rgb.h"
#include "engine/media/gif_palette.h"
#include "engine/media/muxed_encoder.h"

namespace animate {
namespace {

constexpr int kMaxVideoSide = 16384;
constexpr double kMaxFps = 240.0;
// Browsers slow down GIFs whose frames last less than 2/100 s.
constexpr double kMaxGifFps = 50.0;

int RoundUpToEven(int value) { return value + value % 2; }

absl::Status CheckOptions(const VideoEncodeOptions& options) {
  const auto out_of_range = [](absl::string_view name, auto value,
                               absl::string_view range) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " must be in ", range, ": got ", value));
  };
  for (const int side : {options.width, options.height}) {
    if (side < 1 || side > kMaxVideoSide) {
      return out_of_range("width and height", side, "[1, 16384]");
    }
  }
  if (!(options.fps > 0.0 && options.fps <= kMaxFps)) {
    return out_of_range("fps", options.fps, "(0, 240]");
  }
  if (options.crf < 0 || options.crf > 51) {
    return out_of_range("crf", options.crf, "[0, 51]");
  }
  if (options.quality < 1 || options.quality > 100) {
    return out_of_range("quality", options.quality, "[1, 100]");
  }
  if (options.threads < 1) {
    return out_of_range("threads", options.threads, "[1, …)");
  }
  return absl::OkStatus();
}

MuxedEncoder::Options Mp4Options(const VideoEncodeOptions& options,
                                 std::string& warning) {
  MuxedEncoder::Options result{.codec = avcodec_find_encoder_by_name("libx264"),
                               .muxer = "mp4",
                               .pixel_format = AV_PIX_FMT_YUV420P,
                               .width = RoundUpToEven(options.width),
                               .height = RoundUpToEven(options.height)};
  result.muxer_options = {{"movflags", "+faststart"}};
  if (result.codec != nullptr) {
    result.codec_options = {{"crf", absl::StrCat(options.crf)},
                            {"preset", "medium"}};
    return result;
  }
  result.codec = avcodec_find_encoder(AV_CODEC_ID_MPEG4);
  // Fixed quantiser, 1 to 31, of about the visible quality of the CRF.
  const int quantiser = std::clamp(1 + options.crf * 30 / 51, 1, 31);
  result.codec_options = {
      {"flags", "+qscale"},
      {"global_quality", absl::StrCat(quantiser * FF_QP2LAMBDA)}};
  warning =
      "this FFmpeg has no libx264: the clip is MPEG-4 part 2, which browsers "
      "do not play";
  return result;
}

MuxedEncoder::Options GifOptions(const VideoEncodeOptions& options) {
  return {.codec = avcodec_find_encoder(AV_CODEC_ID_GIF),
          .muxer = "gif",
          .pixel_format = AV_PIX_FMT_PAL8,
          .width = options.width,
          .height = options.height,
          .fps = std::min(options.fps, kMaxGifFps),
          .muxer_options = {{"loop", "0"}}};
}

MuxedEncoder::Options WebpOptions(const VideoEncodeOptions& options) {
  return {.codec = avcodec_find_encoder_by_name("libwebp_anim"),
          .muxer = "webp",
          .pixel_format = AV_PIX_FMT_RGB32,
          .width = options.width,
          .height = options.height,
          .codec_options = {{"quality", absl::StrCat(options.quality)}},
          .muxer_options = {{"loop", "0"}}};
}

// Repeats the last column or row until the picture is width x height.
RgbImage Pad(const RgbImage& image, int width, int height) {
  RgbImage padded(width, height);
  for (int y = 0; y < height; ++y) {
    const int from_y = std::min(y, image.height - 1);
    for (int x = 0; x < width; ++x) {
      const uint8_t* from = image.at(std::min(x, image.width - 1), from_y);
      std::copy(from, from + 3, padded.at(x, y));
    }
  }
  return padded;
}

void FillWithPalette(const RgbImage& image, const GifPalette& palette,
                     AVFrame& frame) {
  const std::vector<uint8_t> indices = palette.Map(image);
  const auto width = static_cast<size_t>(image.width);
  for (int y = 0; y < image.height; ++y) {
    std::memcpy(frame.data[0] + static_cast<ptrdiff_t>(frame.linesize[0]) * y,
                indices.data() + width * static_cast<size_t>(y), width);
  }
  uint32_t entries[256];
  std::fill(std::begin(entries), std::end(entries), 0xFF000000U);
  for (size_t i = 0; i < palette.colors().size(); ++i) {
    const GifPalette::Color& color = palette.colors()[i];
    entries[i] |= uint32_t{color[0]} << 16 | uint32_t{color[1]} << 8 | color[2];
  }
  std::memcpy(frame.data[1], entries, sizeof(entries));
}

}  // namespace

absl::StatusOr<VideoFormat> VideoFormatFromPath(absl::string_view path) {
  const std::string lower = absl::AsciiStrToLower(path);
  if (absl::EndsWith(lower, ".mp4")) return VideoFormat::kMp4;
  if (absl::EndsWith(lower, ".gif")) return VideoFormat::kGif;
  if (absl::EndsWith(lower, ".webp")) return VideoFormat::kWebp;
  return absl::InvalidArgumentError(
      absl::StrCat("a clip must end in .mp4, .gif or .webp: ", path));
}

absl::StatusOr<std::unique_ptr<VideoEncoder>> VideoEncoder::Create(
    const std::string& path, const VideoEncodeOptions& options) {
  ANIMATE_RETURN_IF_ERROR(CheckOptions(options));
  // The constructor is private.
  std::unique_ptr<VideoEncoder> encoder(new VideoEncoder(path, options));
  ANIMATE_RETURN_IF_ERROR(encoder->Open());
  return encoder;
}

VideoEncoder::VideoEncoder(const std::string& path,
                           const VideoEncodeOptions& options)
    : path_(path),
      partial_path_(absl::StrCat(path, ".partial-", getpid())),
      options_(options) {}

VideoEncoder::~VideoEncoder() {
  encoder_.reset();
  if (!finished_) std::remove(partial_path_.c_str());
}

absl::Status VideoEncoder::Open() {
  MuxedEncoder::Options muxed;
  switch (options_.format) {
    case VideoFormat::kMp4:
      muxed = Mp4Options(options_, warning_);
      break;
    case VideoFormat::kGif:
      muxed = GifOptions(options_);
      break;
    case VideoFormat::kWebp:
      muxed = WebpOptions(options_);
      break;
  }
  if (muxed.codec == nullptr) {
    return absl::UnimplementedError(absl::StrCat(
        "this FFmpeg has no encoder for .", muxed.muxer, " clips"));
  }
  if (muxed.fps == 0.0) muxed.fps = options_.fps;
  muxed.threads = options_.threads;
  ANIMATE_ASSIGN_OR_RETURN(encoder_,
                           MuxedEncoder::Create(partial_path_, muxed));
  return absl::OkStatus();
}

absl::Status VideoEncoder::Add(const RgbImage& frame) {
  if (frame.width != options_.width || frame.height != options_.height) {
    return absl::InvalidArgumentError(absl::StrCat(
        "frame ", num_frames_, " must be ", options_.width, "x",
        options_.height, " pixels: got ", frame.width, "x", frame.height));
  }
  ++num_frames_;
  if (options_.format == VideoFormat::kGif) {
    gif_frames_.push_back(frame);
    return absl::OkStatus();
  }
  ANIMATE_ASSIGN_OR_RETURN(AVFrame * encoded, encoder_->NextFrame());
  if (encoded->width == frame.width && encoded->height == frame.height) {
    ANIMATE_RETURN_IF_ERROR(FrameFromRgb(frame.pixels, *encoded));
  } else {
    const RgbImage padded = Pad(frame, encoded->width, encoded->height);
    ANIMATE_RETURN_IF_ERROR(FrameFromRgb(padded.pixels, *encoded));
  }
  return encoder_->Encode();
}

absl::Status VideoEncoder::EncodeGif() {
  const GifPalette palette(gif_frames_);
  for (const RgbImage& frame : gif_frames_) {
    ANIMATE_ASSIGN_OR_RETURN(AVFrame * encoded, encoder_->NextFrame());
    FillWithPalette(frame, palette, *encoded);
    ANIMATE_RETURN_IF_ERROR(encoder_->Encode());
  }
  gif_frames_.clear();
  return absl::OkStatus();
}

absl::Status VideoEncoder::Finish() {
  if (num_frames_ == 0) {
    return absl::FailedPreconditionError("a clip needs at least one frame");
  }
  if (options_.format == VideoFormat::kGif) {
    ANIMATE_RETURN_IF_ERROR(EncodeGif());
  }
  ANIMATE_RETURN_IF_ERROR(encoder_->Finish());
  if (std::rename(partial_path_.c_str(), path_.c_str()) != 0) {
    return absl::UnavailableError(absl::StrCat("cannot write ", path_));
  }
  finished_ = true;
  return absl::OkStatus();
}

}  // namespace animate
