#ifndef ANIMATE_ENGINE_DATASET_VIDEO_INDEX_H_
#define ANIMATE_ENGINE_DATASET_VIDEO_INDEX_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace animate {

// A video and its poses: a clip of drawn skeletons, or keypoints.
struct VideoSource {
  std::string video;
  std::string pose_clip;               // or
  std::vector<std::string> keypoints;  // one file, or one per frame
  bool has_poses() const { return !pose_clip.empty() || !keypoints.empty(); }
};

struct VideoIndex {
  std::vector<VideoSource> sources;
  int64_t skipped = 0;  // videos without poses, entries that name no file
};

// Finds the videos of `paths`, each of which is
//  * a folder, searched in depth, in the order of the names. The poses of
//    FOLDER/NAME.mp4 are FOLDER_dwpose/NAME.* (the same for each folder above,
//    up to the one named), or beside it NAME_dwpose.*; besides _dwpose, _pose,
//    _kps and _keypoints; or NAME.json, .npy, .npz, or a folder NAME of JSON
//    files. BVH is no pose of a picture;
//  * a list as the public implementation's: a JSON array of objects with
//    video_path and kps_path, or of the paths of such lists. A path that is
//    not there is tried relative to the list.
// Without `poses`, poses are neither looked for nor required. Returns NOT_FOUND
// for a path that does not exist, INVALID_ARGUMENT for a list that cannot be
// read, and when no video is left.
absl::StatusOr<VideoIndex> FindVideos(const std::vector<std::string>& paths,
                                      bool poses);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DATASET_VIDEO_INDEX_H_
