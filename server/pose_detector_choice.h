#ifndef ANIMATE_SERVER_POSE_DETECTOR_CHOICE_H_
#define ANIMATE_SERVER_POSE_DETECTOR_CHOICE_H_

#include <string>

#include "engine/detector/pose_detector.h"
#include "server/server_config.h"

namespace animate {

// What the settings say of the pose detector, unless that is "none".

inline PoseDetectorOptions DetectorOptions(const ServerConfig& config) {
  return {.backend = config.pose_detector == "dwpose" ? PoseBackend::kDwPose
                                                      : PoseBackend::kBlazePose,
          .folder = config.pose_detector_dir};
}

// As GetServerInfo names it.
inline std::string DetectorName(const ServerConfig& config) {
  return config.pose_detector == "dwpose" ? "dwpose" : "blazepose";
}

// Whether the server must not start without it.
inline bool DetectorAskedFor(const ServerConfig& config) {
  return config.pose_detector != "auto" || !config.pose_detector_dir.empty();
}

}  // namespace animate

#endif  // ANIMATE_SERVER_POSE_DETECTOR_CHOICE_H_
