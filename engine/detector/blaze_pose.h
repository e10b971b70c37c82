#ifndef ANIMATE_ENGINE_DETECTOR_BLAZE_POSE_H_
#define ANIMATE_ENGINE_DETECTOR_BLAZE_POSE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/detector/person_networks.h"

namespace animate {

// The backend of models/detector; see BlazeNetworks::Load for errors.
absl::StatusOr<std::unique_ptr<PersonNetworks>> LoadBlazePose(
    const std::string& folder);

// Overlapping squares that cover a picture, in rounds of falling size. At most
// 128 in all; none for pictures too narrow for that.
std::vector<std::vector<Region>> OverlappingTiles(int width, int height);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_BLAZE_POSE_H_
