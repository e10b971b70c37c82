#include "client/output_writer.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/local_file.h"
#include "engine/base/status_macros.h"
#include "engine/media/image_codec.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

absl::Status MakeFolder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!fs::is_directory(folder)) {
    return absl::UnavailableError(
        absl::StrCat(folder.string(), ": cannot make this folder: ",
                     error ? error.message() : "a file has its name"));
  }
  return absl::OkStatus();
}

// Decodes what the server sent, whichever format was asked for.
absl::StatusOr<RgbImage> Decode(const ReceivedFrame& frame) {
  if (frame.format != v1::OUTPUT_FORMAT_RAW_RGB8) {
    return DecodeImage(frame.data, {.field = "frame", .reason = "BAD_FRAME"});
  }
  RgbImage picture(static_cast<int>(frame.width),
                   static_cast<int>(frame.height));
  if (picture.pixels.size() != frame.data.size()) {
    return absl::InternalError(absl::StrCat("a raw frame of ",
                                            frame.data.size(), " bytes, want ",
                                            picture.pixels.size()));
  }
  std::copy(frame.data.begin(), frame.data.end(), picture.pixels.begin());
  return picture;
}

}  // namespace

std::string PictureExtension(v1::OutputFormat format) {
  switch (format) {
    case v1::OUTPUT_FORMAT_PNG:
      return ".png";
    case v1::OUTPUT_FORMAT_WEBP:
      return ".webp";
    case v1::OUTPUT_FORMAT_RAW_RGB8:
      return ".rgb";
    default:
      return ".jpg";
  }
}

absl::Status MakeParentFolder(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? absl::OkStatus() : MakeFolder(parent);
}

absl::StatusOr<std::unique_ptr<OutputWriter>> OutputWriter::Create(
    OutputOptions options) {
  const fs::path path(options.path);
  std::optional<VideoFormat> clip;
  if (!path.has_extension() || fs::is_directory(path)) {
    ANIMATE_RETURN_IF_ERROR(MakeFolder(path));
  } else {
    ANIMATE_ASSIGN_OR_RETURN(clip, VideoFormatFromPath(options.path));
    ANIMATE_RETURN_IF_ERROR(MakeParentFolder(options.path));
  }
  return std::unique_ptr<OutputWriter>(
      new OutputWriter(std::move(options), clip));
}

absl::Status OutputWriter::Add(const ReceivedFrame& frame) {
  if (!clip_.has_value()) {
    const std::string name = absl::StrFormat("frame_%05d%s", frame.index,
                                             PictureExtension(frame.format));
    ANIMATE_RETURN_IF_ERROR(
        WriteLocalFile((fs::path(options_.path) / name).string(), frame.data));
    if (!options_.on_picture) {
      return absl::OkStatus();
    }
  }
  ANIMATE_ASSIGN_OR_RETURN(const RgbImage picture, Decode(frame));
  if (options_.on_picture) {
    options_.on_picture(static_cast<int>(frame.index), picture);
  }
  return clip_.has_value() ? AddToClip(picture) : absl::OkStatus();
}

absl::Status OutputWriter::AddToClip(const RgbImage& picture) {
  if (encoder_ == nullptr) {
    ANIMATE_ASSIGN_OR_RETURN(
        encoder_, VideoEncoder::Create(options_.path, {.format = *clip_,
                                                       .width = picture.width,
                                                       .height = picture.height,
                                                       .fps = options_.fps}));
  }
  return encoder_->Add(picture);
}

absl::Status OutputWriter::Finish() {
  if (encoder_ == nullptr) {
    return absl::OkStatus();
  }
  ANIMATE_RETURN_IF_ERROR(encoder_->Finish());
  warning_ = encoder_->warning();
  encoder_ = nullptr;
  return absl::OkStatus();
}

}  // namespace animate
