#ifndef ANIMATE_CLIENT_POSE_SOURCE_H_
#define ANIMATE_CLIENT_POSE_SOURCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "animate/v1/pose.pb.h"
#include "engine/pose/pose_import.h"
#include "engine/pose/pose_sequence.h"

namespace animate {

// The driving poses, read from files and understood well enough to choose
// defaults for a job.
struct PoseSource {
  v1::PoseKind kind = v1::POSE_KIND_UNSPECIFIED;
  std::vector<std::string> items;  // bytes of files, ready for the upload
  PoseSequence keypoints;          // POSE_KIND_KEYPOINTS, instead of items
  int num_frames = 0;              // how many there are to use
  int width = 0;                   // pixels of the first frame
  int height = 0;                  // pixels of the first frame
  double fps = 0.0;                // 0 when unknown
};

struct PoseSourceOptions {
  int max_frames = 1024;                   // further ones are not used
  int64_t max_bytes = int64_t{256} << 20;  // of all files together

  // What the files are; unset: what they look like, a clip being one of drawn
  // skeletons.
  std::optional<v1::PoseKind> kind;

  // For keypoints.
  PoseImportOptions import;
};

// Reads skeletons, keypoints or a driving video: one folder of pictures or JSON
// files in natural order, several of them in the order given, one clip, or one
// file of keypoints (engine/pose/pose_import.h lists the formats). Errors are
// those of ReadLocalFile, ListFiles and ImportPoses, and INVALID_ARGUMENT for a
// file that is none of this, or not what options.kind says.
absl::StatusOr<PoseSource> ReadPoseSource(const std::vector<std::string>& paths,
                                          const PoseSourceOptions& options);

// Reads one person's pose: the first of a file of keypoints that shows
// somebody.
struct ReferencePoseFile {
  int width = 0;   // of its canvas, pixels
  int height = 0;  // of its canvas, pixels
  PersonPose person;
};
absl::StatusOr<ReferencePoseFile> ReadReferencePose(
    const std::string& path, const PoseImportOptions& import);

}  // namespace animate

#endif  // ANIMATE_CLIENT_POSE_SOURCE_H_
