#ifndef ANIMATE_CLIENT_POSE_SOURCE_H_
#define ANIMATE_CLIENT_POSE_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "animate/v1/pose.pb.h"

namespace animate {

// The driving poses, read from files and understood well enough to choose
// defaults for a job.
struct PoseSource {
  v1::PoseKind kind = v1::POSE_KIND_UNSPECIFIED;
  std::vector<std::string> items;  // bytes of files, ready for the upload
  int num_frames = 0;              // how many there are to use
  int width = 0;                   // pixels of the first frame
  int height = 0;                  // pixels of the first frame
  double fps = 0.0;                // 0 when unknown
};

struct PoseSourceLimits {
  int max_frames = 1024;  // further ones are neither read nor sent
  int64_t max_bytes = int64_t{256} << 20;  // of all files together
};

// Reads skeleton pictures or a skeleton clip: one folder of pictures in
// natural order, several pictures in the order given, or one video file.
// Errors are those of ReadLocalFile and ListPictures, and INVALID_ARGUMENT for
// a file that is neither picture nor clip.
absl::StatusOr<PoseSource> ReadPoseSource(const std::vector<std::string>& paths,
                                          const PoseSourceLimits& limits);

}  // namespace animate

#endif  // ANIMATE_CLIENT_POSE_SOURCE_H_
