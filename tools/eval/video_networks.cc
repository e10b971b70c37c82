#include "tools/eval/video_networks.h"

#include <ATen/ops/cat.h>

#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/evaluation/frechet_distance.h"

namespace animate {

absl::StatusOr<VideoNetworks> VideoNetworks::Load(
    const VideoNetworkFiles& files) {
  if (files.window_frames < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "windows must have at least one frame, got ", files.window_frames));
  }
  VideoNetworks networks;
  networks.window_frames_ = files.window_frames;
  if (!files.lpips.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(networks.lpips_, Lpips::Load(files.lpips));
  }
  for (const auto& [name, path] :
       {std::pair("fvd", files.fvd), std::pair("fid_vid", files.fid_vid)}) {
    if (path.empty()) continue;
    ANIMATE_ASSIGN_OR_RETURN(VideoFeatures features, VideoFeatures::Load(path));
    networks.features_.emplace(name, std::move(features));
  }
  return networks;
}

absl::Status VideoNetworks::AddLpips(absl::Span<const RgbImage> generated,
                                     absl::Span<const RgbImage> truth,
                                     ClipScores& scores) const {
  if (!lpips_.has_value() || truth.empty()) return absl::OkStatus();
  double sum = 0.0;
  double published = 0.0;
  for (size_t i = 0; i < truth.size(); ++i) {
    ANIMATE_ASSIGN_OR_RETURN(const double distance,
                             lpips_->Distance(generated[i], truth[i]));
    ANIMATE_ASSIGN_OR_RETURN(
        const double as_published,
        lpips_->Distance(generated[i], truth[i], LpipsRange::kZeroToOne));
    sum += distance;
    published += as_published;
  }
  scores.lpips = sum / static_cast<double>(truth.size());
  scores.published.lpips = published / static_cast<double>(truth.size());
  return absl::OkStatus();
}

absl::Status VideoNetworks::Collect(absl::Span<const RgbImage> clip,
                                    CollectedFeatures& features) const {
  const auto window = static_cast<size_t>(window_frames_);
  if (!features_.empty() && clip.size() < window) {
    return absl::InvalidArgumentError(
        absl::StrCat("the video networks see ", window,
                     " frames at once, the clip has ", clip.size()));
  }
  for (const auto& [name, network] : features_) {
    for (size_t begin = 0; begin + window <= clip.size(); begin += window) {
      ANIMATE_ASSIGN_OR_RETURN(const at::Tensor described,
                               network.Describe(clip.subspan(begin, window)));
      features[name].push_back(described);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, double>> VideoNetworks::Distances(
    const CollectedFeatures& generated, const CollectedFeatures& truth) {
  std::map<std::string, double> distances;
  for (const auto& [name, features] : generated) {
    ANIMATE_ASSIGN_OR_RETURN(
        distances[name],
        FrechetDistance(at::cat(features), at::cat(truth.at(name))));
  }
  return distances;
}

}  // namespace animate
