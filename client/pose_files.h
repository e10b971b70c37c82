#ifndef ANIMATE_CLIENT_POSE_FILES_H_
#define ANIMATE_CLIENT_POSE_FILES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/command.h"
#include "client/pose_pictures.h"
#include "engine/pose/pose_export.h"
#include "engine/pose/pose_import.h"
#include "engine/skeleton/skeleton_reader.h"

namespace animate {

// How files of poses are read.
struct PoseFileOptions {
  PoseImportOptions import;
  SkeletonOrder order = SkeletonOrder::kAuto;
  bool repair = true;  // gaps in what is read from drawings
  int max_frames = static_cast<int>(kMaxPoseFrames);
};

// Poses, and what they were read from.
struct LoadedPoses {
  PoseSequence poses;
  std::string source;    // "POSE_KEYPOINT JSON", "drawn skeletons", …
  bool swapped = false;  // drawings: red and blue exchanged
  size_t frames_without_skeleton = 0;    // drawings
  std::optional<PosePictures> pictures;  // drawings: where they are
};

// Reads keypoints from files of any importer, a folder of JSON files, drawn
// skeletons as a clip, a picture or a folder of pictures. What the files are is
// told by their content. Errors begin with the path. Progress goes to
// `console`.err.
absl::StatusOr<LoadedPoses> LoadPoses(const std::vector<std::string>& paths,
                                      const PoseFileOptions& options,
                                      const Console& console);

// Formats that poses are written in.
enum class PoseOutputFormat {
  kPoseKeypoint,            // POSE_KEYPOINT JSON in pixels
  kPoseKeypointNormalized,  // the same from 0 to 1
  kOpenPose,                // a folder with one JSON file per frame
};

// Writes `sequence` to the file `path`, or for kOpenPose into the folder
// `path`, which is made. UNAVAILABLE, with the path, when that fails.
absl::Status SavePoses(const std::string& path, PoseOutputFormat format,
                       const PoseSequence& sequence);

// "512x768" to its sides; INVALID_ARGUMENT for anything else, naming `flag`.
struct PictureSize {
  int width = 0;
  int height = 0;
};
absl::StatusOr<PictureSize> ParsePictureSize(const std::string& text,
                                             const std::string& flag);

}  // namespace animate

#endif  // ANIMATE_CLIENT_POSE_FILES_H_
