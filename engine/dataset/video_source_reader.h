#ifndef ANIMATE_ENGINE_DATASET_VIDEO_SOURCE_READER_H_
#define ANIMATE_ENGINE_DATASET_VIDEO_SOURCE_READER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/animation/image.h"
#include "engine/dataset/video_index.h"
#include "engine/pose/pose_sequence.h"

namespace animate {

struct VideoLength {
  int frames = 0;  // that both the video and its poses have
  int width = 0;   // pixels of the video
  int height = 0;  // pixels
};

// Opens what belongs to `source`, without decoding it. Returns INVALID_ARGUMENT
// when something cannot be read or is cut off, and when video and poses differ
// by more than `max_difference` frames: they would not belong together.
// Thread-safe, as all of these.
absl::StatusOr<VideoLength> MeasureSource(const VideoSource& source,
                                          int max_difference);

// Decodes the frames `wanted`, any order, of the clip in file `path`; holds no
// others. DATA_LOSS when the clip has fewer than it says.
absl::StatusOr<std::map<int, RgbImage>> ReadFrames(const std::string& path,
                                                   std::vector<int> wanted);

// Reads the keypoints of `source`, which has some; coordinates without a canvas
// are those of the video.
absl::StatusOr<PoseSequence> ReadKeypoints(const VideoSource& source, int width,
                                           int height);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DATASET_VIDEO_SOURCE_READER_H_
