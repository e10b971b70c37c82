#ifndef ANIMATE_ENGINE_POSE_POSE_IMPORT_H_
#define ANIMATE_ENGINE_POSE_POSE_IMPORT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/pose/pose_format.h"
#include "engine/pose/pose_sequence.h"

namespace animate {

struct PoseFile {
  std::string name;  // decides the order of frames in several files
  std::string bytes;
};

struct PoseImportOptions {
  // The canvas, pixels, for files that do not say it (OpenPose, DWPose, .npy)
  // and the picture to be made of BVH; 0 means unknown.
  int width = 0;
  int height = 0;
  // Frames per second for files that do not say it; BVH is sampled at it.
  double fps = 0.0;
  CoordinateSpace coordinates = CoordinateSpace::kAuto;
  // See FollowPerson.
  std::optional<size_t> person;
  // BVH: see BvhCamera.
  double yaw_degrees = 0.0;
};

// Returns the format of a file by its content; INVALID_ARGUMENT, which says
// what is supported, when it is none of them. Python pickles are refused with
// the reason. JSON is told apart by its first keys.
absl::StatusOr<PoseFormat> DetectPoseFormat(absl::string_view bytes);

// Reads one person's motion from one file, or from several JSON files with the
// frames in the natural order of their names (frame 2 before frame 10). What
// the coordinates count is decided once for all of them. The result passes
// CheckPoseSequence and is in pixels. Returns INVALID_ARGUMENT with file,
// frame and person for whatever is wrong, and when there is nobody in it.
absl::StatusOr<PoseSequence> ImportPoses(absl::Span<const PoseFile> files,
                                         const PoseImportOptions& options);

// Whether `a` comes before `b` when numbers in them count as numbers.
bool NaturallyBefore(absl::string_view a, absl::string_view b);

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_POSE_IMPORT_H_
