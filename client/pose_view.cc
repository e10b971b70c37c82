#include "client/pose_view.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/local_file.h"
#include "client/output_writer.h"
#include "engine/base/status_macros.h"
#include "engine/media/contact_sheet.h"
#include "engine/media/image_codec.h"
#include "engine/media/pose_drawing.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

constexpr double kDefaultClipFps = 30.0;

// Collects what a contact sheet shows; other frames are single pixels.
struct SheetFrames {
  explicit SheetFrames(size_t count)
      : skeletons(count, RgbImage(1, 1)), overlays(count, RgbImage(1, 1)) {
    const std::vector<int> indices = SampleEvenly(
        static_cast<int>(count), ContactSheetOptions().max_columns);
    sampled.insert(indices.begin(), indices.end());
  }

  std::set<int> sampled;
  RgbImage first;  // picture
  std::vector<RgbImage> skeletons;
  std::vector<RgbImage> overlays;
};

absl::Status WriteSheet(const std::string& path, const std::string& title,
                        const SheetFrames& frames) {
  ANIMATE_ASSIGN_OR_RETURN(const RgbImage sheet,
                           MakeContactSheet(frames.first, frames.skeletons,
                                            frames.overlays, {.title = title}));
  return WritePng(path, sheet);
}

}  // namespace

absl::StatusOr<std::unique_ptr<PictureWriter>> PictureWriter::Create(
    const std::string& path, double fps) {
  const fs::path where(path);
  Kind kind = Kind::kClip;
  VideoFormat format = VideoFormat::kMp4;
  std::error_code error;
  if (!where.has_extension() || fs::is_directory(where, error)) {
    kind = Kind::kFolder;
    ANIMATE_RETURN_IF_ERROR(MakeParentFolder((where / "x").string()));
  } else {
    if (absl::AsciiStrToLower(where.extension().string()) == ".png") {
      kind = Kind::kPicture;
    } else {
      ANIMATE_ASSIGN_OR_RETURN(format, VideoFormatFromPath(path));
    }
    ANIMATE_RETURN_IF_ERROR(MakeParentFolder(path));
  }
  return std::unique_ptr<PictureWriter>(new PictureWriter(
      path, fps > 0.0 ? std::min(fps, 240.0) : kDefaultClipFps, kind, format));
}

absl::Status PictureWriter::Add(const RgbImage& frame) {
  const int index = count_++;
  if (kind_ == Kind::kFolder) {
    return WritePng(
        (fs::path(path_) / absl::StrFormat("%04d.png", index)).string(), frame);
  }
  if (kind_ == Kind::kPicture) {
    if (index > 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          path_,
          ": holds one frame, but there are more; write a clip (.mp4, "
          ".gif, .webp) or name a folder"));
    }
    return WritePng(path_, frame);
  }
  if (encoder_ == nullptr) {
    ANIMATE_ASSIGN_OR_RETURN(
        encoder_, VideoEncoder::Create(path_, {.format = format_,
                                               .width = frame.width,
                                               .height = frame.height,
                                               .fps = fps_}));
  }
  return encoder_->Add(frame);
}

absl::Status PictureWriter::Finish() {
  return encoder_ != nullptr ? encoder_->Finish() : absl::OkStatus();
}

absl::Status WritePng(const std::string& path, const RgbImage& image) {
  ANIMATE_RETURN_IF_ERROR(MakeParentFolder(path));
  ANIMATE_ASSIGN_OR_RETURN(const std::string png, EncodeImage(image));
  return WriteLocalFile(path, png);
}

RgbImage OverlaySkeleton(const RgbImage& picture, const PersonPose& person,
                         int width, int height) {
  const RgbImage skeleton =
      RenderPose({.width = width, .height = height, .people = {person}},
                 picture.width, picture.height);
  RgbImage overlay = picture;
  for (size_t i = 0; i < overlay.pixels.size(); i += 3) {
    const uint8_t* over = skeleton.pixels.data() + i;
    const bool drawn = std::max({over[0], over[1], over[2]}) > 30;
    for (size_t c = 0; c < 3; ++c) {
      const int under = overlay.pixels[i + c];
      overlay.pixels[i + c] = static_cast<uint8_t>(
          drawn ? (under + 4 * over[c]) / 5 : under * 3 / 5);
    }
  }
  return overlay;
}

absl::Status WritePoseViews(const PoseViewPaths& paths,
                            const std::string& title, const PoseSequence& poses,
                            const PosePictures* pictures) {
  const bool wants_sheet = !paths.contact_sheet.empty();
  if (paths.overlay.empty() && !wants_sheet) return absl::OkStatus();
  const auto count = static_cast<int>(poses.frames.size());
  std::unique_ptr<PictureWriter> writer;
  if (!paths.overlay.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(writer,
                             PictureWriter::Create(paths.overlay, poses.fps));
  }
  SheetFrames sheet(poses.frames.size());
  const auto add = [&](int index, const RgbImage& picture) -> absl::Status {
    const auto i = static_cast<size_t>(index);
    if (index == 0) sheet.first = picture;
    const bool on_sheet = wants_sheet && sheet.sampled.count(index) > 0;
    if (writer == nullptr && !on_sheet) return absl::OkStatus();
    RgbImage overlay =
        OverlaySkeleton(picture, poses.frames[i], poses.width, poses.height);
    if (writer != nullptr) ANIMATE_RETURN_IF_ERROR(writer->Add(overlay));
    if (on_sheet) {
      sheet.skeletons[i] = RenderPose({.width = poses.width,
                                       .height = poses.height,
                                       .people = {poses.frames[i]}},
                                      picture.width, picture.height);
      sheet.overlays[i] = std::move(overlay);
    }
    return absl::OkStatus();
  };
  RgbImage still;
  if (pictures == nullptr) {
    still = RgbImage(poses.width, poses.height);
  } else if (!pictures->is_clip() && pictures->count() == 1) {
    ANIMATE_RETURN_IF_ERROR(pictures
                                ->ForEach(1,
                                          [&](int, RgbImage picture) {
                                            still = std::move(picture);
                                            return absl::OkStatus();
                                          })
                                .status());
  }
  if (!still.empty()) {
    for (int i = 0; i < count; ++i) ANIMATE_RETURN_IF_ERROR(add(i, still));
  } else {
    ANIMATE_RETURN_IF_ERROR(pictures->ForEach(count, add).status());
  }
  if (writer != nullptr) ANIMATE_RETURN_IF_ERROR(writer->Finish());
  return wants_sheet ? WriteSheet(paths.contact_sheet, title, sheet)
                     : absl::OkStatus();
}

}  // namespace animate
