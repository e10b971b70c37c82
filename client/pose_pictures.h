#ifndef ANIMATE_CLIENT_POSE_PICTURES_H_
#define ANIMATE_CLIENT_POSE_PICTURES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/media/video_decoder.h"

namespace animate {

// Pictures on disk that belong together: a photo, a folder of pictures, or a
// clip; they can be gone through more than once. Immutable.
class PosePictures {
 public:
  // NOT_FOUND, UNAVAILABLE or INVALID_ARGUMENT with the path when `path` is
  // none of them; nothing is decoded yet.
  static absl::StatusOr<PosePictures> Open(const std::string& path);

  // Whether a file or folder holds pictures or a clip, by its first bytes.
  static bool IsPictures(const std::string& path);

  // Gives the first `max_frames` pictures, decoded, to `sink`. All must have
  // the size of the first. Errors name the file.
  absl::StatusOr<VideoInfo> ForEach(int max_frames, FrameSink sink) const;

  const std::string& path() const { return path_; }
  bool is_clip() const { return !clip_.empty(); }
  // Pictures, or 0 for a clip, which has to be decoded to know.
  int count() const { return static_cast<int>(pictures_.size()); }

 private:
  std::string path_;
  std::vector<std::string> pictures_;  // paths
  std::string clip_;                   // bytes; empty when there are pictures
};

}  // namespace animate

#endif  // ANIMATE_CLIENT_POSE_PICTURES_H_
