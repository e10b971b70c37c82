#ifndef ANIMATE_ENGINE_DETECTOR_NETWORK_POSE_DETECTOR_H_
#define ANIMATE_ENGINE_DETECTOR_NETWORK_POSE_DETECTOR_H_

#include <memory>

#include "engine/detector/person_networks.h"
#include "engine/detector/pose_detector.h"

namespace animate {

// A detector that works with `networks`.
std::unique_ptr<PoseDetector> MakePoseDetector(
    std::unique_ptr<PersonNetworks> networks);

// Returns OK for a picture that a detector takes.
absl::Status CheckPicture(const RgbImage& image);

// Which parts `options` ask for.
PersonParts PartsOf(const DetectOptions& options);

// INVALID_ARGUMENT with reason NO_PERSON_FOUND.
absl::Status NoPersonFound(absl::string_view message);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_NETWORK_POSE_DETECTOR_H_
