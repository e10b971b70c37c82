#include "engine/detector/pose_detector.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include <opencv2/core/utility.hpp>

#include "engine/base/status_macros.h"
#include "engine/detector/blaze_pose.h"
#include "engine/detector/dw_pose.h"
#include "engine/detector/network_file.h"
#include "engine/detector/network_pose_detector.h"

namespace animate {
namespace {

absl::StatusOr<std::unique_ptr<PersonNetworks>> LoadNetworks(
    PoseBackend backend, const std::string& folder) {
  switch (backend) {
    case PoseBackend::kBlazePose:
      return LoadBlazePose(folder);
    case PoseBackend::kDwPose:
      break;
  }
  return LoadDwPose(folder);
}

}  // namespace

absl::StatusOr<std::unique_ptr<PoseDetector>> LoadPoseDetector(
    const PoseDetectorOptions& options) {
  const std::string folder =
      options.folder.empty() ? DefaultPoseDetectorDir() : options.folder;
  if (folder.empty()) {
    return DetectorMissing(
        "the pose detector's networks were not found: give their folder, "
        "models/detector of this repository, with --pose-detector-dir or "
        "ANIMATE_POSE_DETECTOR_DIR");
  }
  ANIMATE_ASSIGN_OR_RETURN(std::unique_ptr<PersonNetworks> networks,
                           LoadNetworks(options.backend, folder));
  return MakePoseDetector(std::move(networks));
}

std::string DefaultPoseDetectorDir() {
  namespace fs = std::filesystem;
  if (const char* named = std::getenv("ANIMATE_POSE_DETECTOR_DIR");
      named != nullptr && *named != '\0') {
    return named;
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return "";
  for (fs::path above = program.parent_path();; above = above.parent_path()) {
    for (const char* place : {"share/animate/detector", "models/detector"}) {
      if (fs::is_directory(above / place, error)) {
        return (above / place).string();
      }
    }
    if (above == above.root_path()) return "";
  }
}

void SetPoseDetectorThreads(int num_threads) { cv::setNumThreads(num_threads); }

}  // namespace animate
