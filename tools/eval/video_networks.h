#ifndef ANIMATE_TOOLS_EVAL_VIDEO_NETWORKS_H_
#define ANIMATE_TOOLS_EVAL_VIDEO_NETWORKS_H_

#include <ATen/core/Tensor.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/animation/image.h"
#include "engine/evaluation/clip_scores.h"
#include "engine/evaluation/lpips.h"
#include "engine/evaluation/video_features.h"

namespace animate {

// Files with networks, given by the user; "" where there is none.
struct VideoNetworkFiles {
  std::string lpips;    // safetensors, see Lpips::Load
  std::string fvd;      // TorchScript, see VideoFeatures::Load
  std::string fid_vid;  // TorchScript
  // Frames that the video networks see at once: clips are cut into windows of
  // so many, what is left over is not seen. At least 1.
  int window_frames = 16;
};

// The features of all windows seen of one row of the report, by network.
using CollectedFeatures = std::map<std::string, std::vector<at::Tensor>>;

// The measures that need networks. Not thread-safe.
class VideoNetworks {
 public:
  // Errors as Lpips::Load and VideoFeatures::Load; INVALID_ARGUMENT for
  // window_frames out of range.
  static absl::StatusOr<VideoNetworks> Load(const VideoNetworkFiles& files);

  // Adds to `scores` the mean LPIPS over frames, and in `published` the same in
  // the range of published tables. Does nothing without its file.
  absl::Status AddLpips(absl::Span<const RgbImage> generated,
                        absl::Span<const RgbImage> truth,
                        ClipScores& scores) const;

  // Adds the features of a clip to `features`. INVALID_ARGUMENT when the clip
  // is shorter than a window.
  absl::Status Collect(absl::Span<const RgbImage> clip,
                       CollectedFeatures& features) const;

  // Fréchet distances by the names of ScoredRow::distances. INVALID_ARGUMENT
  // with fewer than two windows.
  static absl::StatusOr<std::map<std::string, double>> Distances(
      const CollectedFeatures& generated, const CollectedFeatures& truth);

 private:
  VideoNetworks() = default;

  std::optional<Lpips> lpips_;
  std::map<std::string, VideoFeatures> features_;
  int window_frames_ = 16;
};

}  // namespace animate

#endif  // ANIMATE_TOOLS_EVAL_VIDEO_NETWORKS_H_
