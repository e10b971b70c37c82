#include "client/pose_files.h"

#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/local_file.h"
#include "client/output_writer.h"
#include "client/pose_progress.h"
#include "engine/base/status_macros.h"
#include "engine/pose/pose_error.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMaxPoseFileBytes = int64_t{1} << 30;
constexpr int kMaxSide = 8192;

absl::StatusOr<LoadedPoses> LoadKeypoints(const std::string& name,
                                          const std::vector<std::string>& paths,
                                          const PoseFileOptions& options) {
  std::vector<PoseFile> files;
  for (const std::string& path : paths) {
    ANIMATE_ASSIGN_OR_RETURN(std::string bytes,
                             ReadLocalFile(path, kMaxPoseFileBytes));
    files.push_back({path, std::move(bytes)});
  }
  LoadedPoses loaded;
  const absl::StatusOr<PoseFormat> format =
      DetectPoseFormat(files.front().bytes);
  if (!format.ok()) return PoseErrorAt(name, format.status());
  loaded.source = std::string(PoseFormatName(*format));
  absl::StatusOr<PoseSequence> poses = ImportPoses(files, options.import);
  if (!poses.ok()) return PoseErrorAt(name, poses.status());
  loaded.poses = std::move(*poses);
  const auto wanted = static_cast<size_t>(options.max_frames);
  if (loaded.poses.frames.size() > wanted) loaded.poses.frames.resize(wanted);
  return loaded;
}

absl::StatusOr<LoadedPoses> LoadDrawings(const std::string& path,
                                         const PoseFileOptions& options,
                                         const Console& console) {
  ANIMATE_ASSIGN_OR_RETURN(PosePictures pictures, PosePictures::Open(path));
  SkeletonClipReader reader(
      {.read = {.order = options.order}, .repair = options.repair});
  PoseProgress progress("reading skeletons", pictures.count(), console);
  ANIMATE_ASSIGN_OR_RETURN(
      const VideoInfo info,
      pictures.ForEach(options.max_frames,
                       [&](int index, const RgbImage& frame) {
                         progress.Show(index);
                         return reader.Push(frame);
                       }));
  progress.Finish();
  absl::StatusOr<SkeletonClip> clip = reader.Finish();
  if (!clip.ok()) return PoseErrorAt(path, clip.status());
  LoadedPoses loaded{.poses = std::move(clip->poses),
                     .source = "drawn skeletons",
                     .swapped = clip->swapped,
                     .frames_without_skeleton = clip->frames_without_skeleton,
                     .pictures = std::move(pictures)};
  loaded.poses.fps = options.import.fps > 0.0 ? options.import.fps : info.fps;
  return loaded;
}

}  // namespace

absl::StatusOr<LoadedPoses> LoadPoses(const std::vector<std::string>& paths,
                                      const PoseFileOptions& options,
                                      const Console& console) {
  if (paths.empty()) return absl::InvalidArgumentError("no pose file");
  const std::string& path = paths.front();
  if (paths.size() > 1) return LoadKeypoints(path, paths, options);
  if (PosePictures::IsPictures(path)) {
    return LoadDrawings(path, options, console);
  }
  std::error_code error;
  if (fs::is_directory(path, error)) {
    ANIMATE_ASSIGN_OR_RETURN(
        const std::vector<std::string> files,
        ListFiles(path, {".json"}, "pictures or JSON files"));
    return LoadKeypoints(path, files, options);
  }
  return LoadKeypoints(path, paths, options);
}

absl::Status SavePoses(const std::string& path, PoseOutputFormat format,
                       const PoseSequence& sequence) {
  if (format != PoseOutputFormat::kOpenPose) {
    ANIMATE_RETURN_IF_ERROR(MakeParentFolder(path));
    return WriteLocalFile(
        path, ExportPoseKeypointJson(
                  sequence, format == PoseOutputFormat::kPoseKeypointNormalized
                                ? CoordinateSpace::kNormalized
                                : CoordinateSpace::kPixel));
  }
  ANIMATE_RETURN_IF_ERROR(MakeParentFolder((fs::path(path) / "x").string()));
  for (size_t t = 0; t < sequence.frames.size(); ++t) {
    const std::string name = absl::StrFormat("frame_%06d_keypoints.json", t);
    ANIMATE_RETURN_IF_ERROR(
        WriteLocalFile((fs::path(path) / name).string(),
                       ExportOpenPoseJson(sequence.frames[t])));
  }
  return absl::OkStatus();
}

absl::StatusOr<PictureSize> ParsePictureSize(const std::string& text,
                                             const std::string& flag) {
  PictureSize size;
  const char* const end = text.data() + text.size();
  const auto width = std::from_chars(text.data(), end, size.width);
  if (width.ec == std::errc() && width.ptr != end && *width.ptr == 'x') {
    const auto height = std::from_chars(width.ptr + 1, end, size.height);
    const auto within = [](int side) { return side >= 1 && side <= kMaxSide; };
    if (height.ec == std::errc() && height.ptr == end && within(size.width) &&
        within(size.height)) {
      return size;
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat(flag, ": want WIDTHxHEIGHT with sides of 1 to ", kMaxSide,
                   ", got '", text, "'"));
}

}  // namespace animate
